//! The desktop as the core sees it. Every call returns at once.

use crate::app::App;
use crate::{lean, links};
use bursar_core::error::{Code, Error, Result};
use bursar_core::notice::Notice;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, Page, TrayView};
use gtk::gio::AppInfo;
use gtk::prelude::AppInfoExt as _;
use std::path::Path;
use std::sync::{Arc, Weak};
use url::Url;

/// Weak, since the app holds the core and the core holds its shell.
pub(crate) struct Desktop(Weak<App>);

impl Desktop {
    pub(crate) fn of(app: &Arc<App>) -> Arc<Self> {
        Arc::new(Self(Arc::downgrade(app)))
    }

    fn app(&self, then: impl FnOnce(Arc<App>)) {
        if let Some(app) = self.0.upgrade() {
            then(app);
        }
    }
}

impl Shell for Desktop {
    fn tray(&self, view: &TrayView) {
        self.app(|app| app.tray_is(view));
    }

    fn notify(&self, notices: &[Notice]) {
        self.app(|app| app.notices(notices));
    }

    fn open(&self, address: &Url) -> Result<()> {
        self.app(|app| links::claim(&app.home));
        open(address)
    }

    fn raise(&self) {
        self.app(|app| app.raise_for_link());
    }

    fn changed(&self, change: &Change) {
        self.app(|app| match change {
            Change::Show { page } => app.turn_to(Page::clone(page)),
            Change::Account { .. }
            | Change::Payments { .. }
            | Change::Accounts
            | Change::Notices
            | Change::Settings
            | Change::Health
            | Change::Export
            | Change::Past { .. }
            | Change::SignIn { .. } => app.tell(change.clone()),
        });
    }
}

/// Opens an address in the system's browser, as it was re-serialised by whoever allowed it. GIO starts the
/// browser itself and does not wait for it.
///
/// # Errors
/// `browser_failed` when there is no browser or it cannot be started.
pub(crate) fn open(address: &Url) -> Result<()> {
    AppInfo::launch_default_for_uri(address.as_str(), Some(&lean::context())).map_err(|error| {
        tracing::warn!(%error, "no browser could be opened");
        Error::new(
            Code::BrowserFailed,
            "The system's browser could not be opened. Copy the link, or choose a default browser.",
        )
    })
}

/// Shows a file in the system's viewer for PDF files, whatever else the desktop would take it for.
///
/// # Errors
/// `file_failed` when there is no viewer or it cannot be started.
pub(crate) fn view_pdf(file: &Path) -> Result<()> {
    let failed = || {
        Error::new(
            Code::FileFailed,
            "No viewer for PDF files could be opened. Save the invoice to a file instead.",
        )
    };
    let viewer = AppInfo::default_for_type("application/pdf", true).ok_or_else(failed)?;
    let file = Url::from_file_path(file).map_err(|()| failed())?;
    viewer
        .launch_uris(&[file.as_str()], Some(&lean::context()))
        .map_err(|error| {
            tracing::warn!(%error, "no viewer could be opened");
            failed()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_a_link_leads_to_does_not_raise_the_window_a_second_time() {
        let (_folder, app, _outlets) = App::for_tests();
        let desktop = Desktop::of(&app);
        desktop.changed(&Change::Show {
            page: Page::Settings,
        });
        assert!(!app.wants_window());
        desktop.raise();
        assert!(app.wants_window());
    }

    #[test]
    fn a_start_by_a_link_has_its_window_and_any_later_link_raises_it() {
        let (_folder, app, _outlets) = App::for_tests();
        let desktop = Desktop::of(&app);
        app.link_has_window(true);
        desktop.raise();
        assert!(!app.wants_window());
        desktop.raise();
        assert!(app.wants_window());

        let (_folder, app, _outlets) = App::for_tests();
        app.link_has_window(true);
        app.window_is(false);
        Desktop::of(&app).raise();
        assert!(app.wants_window(), "the window was closed meanwhile");
    }
}
