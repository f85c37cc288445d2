//! The desktop as the core sees it. Every call returns at once.

use crate::app::App;
use crate::platform::{external_apps, url_scheme};
use bursar_core::error::Result;
use bursar_core::notice::Notice;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, Page, TrayView};
use std::sync::{Arc, Weak};
use url::Url;

/// Weak, since the app holds the core and the core holds its shell.
pub(crate) struct DesktopShell(Weak<App>);

impl DesktopShell {
    pub(crate) fn new(app: &Arc<App>) -> Arc<Self> {
        Arc::new(Self(Arc::downgrade(app)))
    }

    fn with_app(&self, then: impl FnOnce(Arc<App>)) {
        if let Some(app) = self.0.upgrade() {
            then(app);
        }
    }
}

impl Shell for DesktopShell {
    fn tray(&self, view: &TrayView) {
        self.with_app(|app| app.update_tray(view));
    }

    fn notify(&self, notices: &[Notice]) {
        self.with_app(|app| app.queue_notices(notices));
    }

    fn open(&self, address: &Url) -> Result<()> {
        self.with_app(|app| url_scheme::register_in_background(&app.home));
        external_apps::open_url(address)
    }

    fn raise(&self) {
        self.with_app(|app| app.raise_for_link());
    }

    fn changed(&self, change: &Change) {
        self.with_app(|app| match change {
            Change::Show { page } => app.navigate_to(Page::clone(page)),
            Change::Account { .. }
            | Change::Payments { .. }
            | Change::Accounts
            | Change::Notices
            | Change::Settings
            | Change::Health
            | Change::Export
            | Change::Past { .. }
            | Change::SignIn { .. } => app.emit_change(change.clone()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn navigation_from_a_link_raises_the_window_once() {
        let (_folder, app, _receivers) = App::for_tests();
        let desktop = DesktopShell::new(&app);
        desktop.changed(&Change::Show {
            page: Page::Settings,
        });
        assert!(!app.window_requested());
        desktop.raise();
        assert!(app.window_requested());
    }

    #[test]
    fn first_link_uses_the_startup_window_and_later_links_raise_it() {
        let (_folder, app, _receivers) = App::for_tests();
        let desktop = DesktopShell::new(&app);
        app.link_opens_window(true);
        desktop.raise();
        assert!(!app.window_requested());
        desktop.raise();
        assert!(app.window_requested());

        let (_folder, app, _receivers) = App::for_tests();
        app.link_opens_window(true);
        app.set_window_open(false);
        DesktopShell::new(&app).raise();
        assert!(app.window_requested(), "the window was closed meanwhile");
    }
}
