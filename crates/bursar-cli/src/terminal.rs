//! The terminal as the core's shell: no tray, no pop-ups, no window. Addresses open in the system's browser or are
//! printed.

use crate::output::{Failure, print_line};
use bursar_core::error::{Code, Error, Result};
use bursar_core::notice::Notice;
use bursar_core::process;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, TrayView};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;
use url::Url;

pub(crate) struct Terminal {
    print: bool,
    /// Whether an address was opened or printed.
    opened: AtomicBool,
    changes: watch::Sender<u64>,
}

impl Terminal {
    /// `print` prints addresses instead of opening them.
    pub(crate) fn new(print: bool) -> Self {
        Self {
            print,
            opened: AtomicBool::new(false),
            changes: watch::Sender::new(0),
        }
    }

    /// Whether an address was opened or printed since the last [`Self::forget_opened`].
    pub(crate) fn has_opened(&self) -> bool {
        self.opened.load(Ordering::Acquire)
    }

    /// Counts only addresses from now on.
    pub(crate) fn forget_opened(&self) {
        self.opened.store(false, Ordering::Release);
    }

    fn hand_out(&self, address: &Url) -> Result<()> {
        if self.print {
            return print_line(address.as_str()).map_err(|failure| match failure {
                Failure::Error(error) => error,
                Failure::ReaderGone => Error::new(
                    Code::FileFailed,
                    "Nobody reads what is written here, so the payment page's address was not handed out.",
                ),
            });
        }
        process::launch(open::commands(address.as_str())).map_err(|_| {
            Error::new(
                Code::BrowserFailed,
                format!("No browser could be started. Open this address yourself: {address}"),
            )
        })
    }

    /// Wakes at every change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl Shell for Terminal {
    fn update_tray(&self, _: &TrayView) {}

    fn notify(&self, _: &[Notice]) {}

    fn open_url(&self, address: &Url) -> Result<()> {
        self.hand_out(address)?;
        self.opened.store(true, Ordering::Release);
        // Wakes whoever waits for it.
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    fn raise_window(&self) {}

    fn changed(&self, _: &Change) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }
}
