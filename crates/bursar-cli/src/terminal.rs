//! The terminal as the core's shell: no tray, no pop-ups, no window. Addresses open in the system's browser or are
//! printed.

use crate::output::{note, output_failed, write_line};
use crate::texts::texts;
use bursar_core::error::DesktopDetail;
use bursar_core::error::{Code, Error, Result};
use bursar_core::notice::Notice;
use bursar_core::process;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, TrayView};
use bursar_l10n::text;
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
            return write_line(address.as_str()).map_err(|error| output_failed(&error));
        }
        process::launch(open::commands(address.as_str())).map_err(|_| {
            let address = address.as_str();
            note(&text!(texts(), terminal_open_address, address = address));
            Error::new(Code::BrowserFailed, DesktopDetail::BrowserNotOpened)
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
