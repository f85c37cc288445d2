//! The core's view of the desktop. Every call returns at once.

use super::Controller;
use crate::platform::{external_apps, url_scheme};
use bursar_core::error::Result;
use bursar_core::notice::Notice;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, Page, TrayView};
use std::sync::{Arc, Weak};
use url::Url;

/// Weak, because the app holds the core and the core holds its shell.
pub(crate) struct DesktopShell(Weak<Controller>);

impl DesktopShell {
    pub(crate) fn new(controller: &Arc<Controller>) -> Arc<Self> {
        Arc::new(Self(Arc::downgrade(controller)))
    }

    fn with_controller(&self, then: impl FnOnce(Arc<Controller>)) {
        if let Some(controller) = self.0.upgrade() {
            then(controller);
        }
    }
}

impl Shell for DesktopShell {
    fn update_tray(&self, view: &TrayView) {
        self.with_controller(|controller| controller.update_tray(view));
    }

    fn notify(&self, notices: &[Notice]) {
        self.with_controller(|controller| controller.app.popups.push_notices(notices));
    }

    fn open_url(&self, address: &Url) -> Result<()> {
        self.with_controller(|controller| url_scheme::register_in_background(&controller.app.home));
        external_apps::open_url(address)
    }

    fn raise_window(&self) {
        self.with_controller(|controller| controller.raise_window_for_link());
    }

    fn changed(&self, change: &Change) {
        self.with_controller(|controller| match change {
            Change::Show { page } => controller.navigate_to(Page::clone(page)),
            Change::Account { .. }
            | Change::Payments { .. }
            | Change::Accounts
            | Change::Notices
            | Change::Settings
            | Change::Health
            | Change::Export
            | Change::Backfill { .. }
            | Change::SignIn { .. } => controller.send_change(change.clone()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn navigation_from_a_link_raises_the_window_once() {
        let (_folder, controller, _receivers) = Controller::for_tests();
        let desktop = DesktopShell::new(&controller);
        desktop.changed(&Change::Show {
            page: Page::Settings,
        });
        assert!(!controller.window_requested());
        desktop.raise_window();
        assert!(controller.window_requested());
    }

    #[test]
    fn first_link_uses_the_startup_window_and_later_links_raise_it() {
        let (_folder, controller, _receivers) = Controller::for_tests();
        let desktop = DesktopShell::new(&controller);
        controller.app.set_window_serves_link(true);
        desktop.raise_window();
        assert!(!controller.window_requested());
        desktop.raise_window();
        assert!(controller.window_requested());

        let (_folder, controller, _receivers) = Controller::for_tests();
        controller.app.set_window_serves_link(true);
        controller.set_window_open(false);
        DesktopShell::new(&controller).raise_window();
        assert!(
            controller.window_requested(),
            "the window was closed meanwhile"
        );
    }
}
