//! What the core asks of the program that runs it: a desktop app, a terminal, or a test.

use bursar_domain::notice::Notice;
use bursar_domain::view::TrayView;
use url::Url;

/// Each call returns at once; work that takes time continues in the background.
pub trait Shell: Send + Sync + 'static {
    /// Shows the state in the tray, if there is one.
    fn update_tray(&self, view: &TrayView);

    /// Shows notices as pop-ups; several at once become one summary. They are already marked as shown.
    fn notify(&self, notices: &[Notice]);

    /// Opens an address in the system's browser. The address has passed the allow-list.
    ///
    /// # Errors
    /// `browser_failed` if the system has no browser or refuses.
    fn open_url(&self, address: &Url) -> bursar_domain::error::Result<()>;

    /// Brings the window to the front, and creates it if there is none. Called once for each valid link.
    fn raise_window(&self);

    /// Reports that something the window shows has changed, or which page to show. Does not raise the window.
    fn changed(&self, change: &bursar_domain::view::Change);
}
