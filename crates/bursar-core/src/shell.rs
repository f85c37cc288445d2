//! What the core asks of whatever it runs in: a desktop, a terminal, a test.

use bursar_domain::notice::Notice;
use bursar_domain::view::TrayView;
use url::Url;

/// Everything here returns at once; work that takes time goes on behind it.
pub trait Shell: Send + Sync + 'static {
    /// Shows the state in the tray, if there is one.
    fn update_tray(&self, view: &TrayView);

    /// Pops up a notice; several at once come as one summary. It is already marked as shown.
    fn notify(&self, notices: &[Notice]);

    /// Opens an address in the system's browser. The address has passed the allow-list.
    ///
    /// # Errors
    /// `browser_failed` when the system has no browser or refuses.
    fn open_url(&self, address: &Url) -> bursar_domain::error::Result<()>;

    /// Brings the window to the front, made anew if there is none. Called once for each link that is good.
    fn raise_window(&self);

    /// Tells the window that something it shows has changed, or which page to show. Does not raise it.
    fn changed(&self, change: &bursar_domain::view::Change);
}
