//! What the core sees of a terminal: no tray, no pop-ups, no window; addresses are opened in the system's
//! browser, or printed.

use crate::output::say;
use bursar_core::error::{Code, Error, Result};
use bursar_core::notice::Notice;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, TrayView};
use tokio::sync::watch;
use url::Url;

pub(crate) struct Terminal {
    print: bool,
    changes: watch::Sender<u64>,
}

impl Terminal {
    /// `print` shows addresses instead of opening them.
    pub(crate) fn new(print: bool) -> Self {
        Self {
            print,
            changes: watch::Sender::new(0),
        }
    }

    /// Wakes at each change of anything.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl Shell for Terminal {
    fn tray(&self, _: &TrayView) {}

    fn notify(&self, _: &[Notice]) {}

    fn open(&self, address: &Url) -> Result<()> {
        if self.print {
            say(address.as_str());
            return Ok(());
        }
        open::that_detached(address.as_str()).map_err(|_| {
            Error::new(
                Code::BrowserFailed,
                format!("No browser could be started. Open this address yourself: {address}"),
            )
        })
    }

    fn raise(&self) {}

    fn changed(&self, _: &Change) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }
}
