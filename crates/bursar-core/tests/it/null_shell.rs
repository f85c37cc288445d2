//! A desktop that ignores everything.

use bursar_core::error::Result;
use bursar_core::notice::Notice;
use bursar_core::shell::Shell;
use bursar_core::view::{Change, TrayView};

pub(crate) struct NullShell;

impl Shell for NullShell {
    fn update_tray(&self, _: &TrayView) {}
    fn notify(&self, _: &[Notice]) {}
    fn open_url(&self, _: &url::Url) -> Result<()> {
        Ok(())
    }
    fn raise_window(&self) {}
    fn changed(&self, _: &Change) {}
}
