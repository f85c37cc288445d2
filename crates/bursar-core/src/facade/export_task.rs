//! The export that the window starts. There is one at a time; it reports its progress and ends early when the user
//! cancels it or the program stops. It belongs to the core, so closing the window does not affect it.

use super::Bursar;
use crate::driver::blocking;
use crate::export::{self, Exported, Format};
use bursar_domain::error::{Code, Error, FileDetail, Result};
use bursar_domain::view::{Change, ExportState, ExportView, PaymentQuery};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The shortest time between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// The newest export, running or finished.
#[derive(Debug, Default)]
pub(super) struct CurrentExport {
    newest: watch::Sender<Option<Export>>,
}

#[derive(Clone, Debug)]
struct Export {
    view: ExportView,
    cancel: Arc<AtomicBool>,
}

impl Bursar {
    /// Writes what the query selects to a file and returns the outcome. [`Self::export_state`] has the progress.
    ///
    /// # Errors
    /// `export_running` while another export runs; `file_failed`, and those of reading the history: an existing file
    /// then stays as it was.
    pub async fn export(
        &self,
        query: PaymentQuery,
        format: Format,
        path: PathBuf,
    ) -> Result<Exported> {
        let cancel = self.current_export.begin(&path)?;
        let (history, current_export) = (
            Arc::clone(&self.services.history),
            Arc::clone(&self.current_export),
        );
        let shell = Arc::clone(&self.services.shell);
        let labels = self
            .connections()
            .into_iter()
            .map(|connection| (connection.account.id, connection.account.label))
            .collect();
        // One task that nobody can drop, so that the end is always reported.
        blocking(move || {
            shell.changed(&Change::Export);
            let mut last_report = Instant::now();
            let exported = history.count(&query).and_then(|total| {
                export::to_file(&history, &query, &labels, format, &path, &cancel, |lines| {
                    if last_report.elapsed() >= PROGRESS_INTERVAL {
                        last_report = Instant::now();
                        current_export.progress(lines, total);
                        shell.changed(&Change::Export);
                    }
                })
            });
            current_export.finish(&exported);
            shell.changed(&Change::Export);
            exported
        })
        .await
    }

    /// The newest export since the start, running or finished.
    pub fn export_state(&self) -> Option<ExportView> {
        let newest = self.current_export.newest.borrow();
        newest.as_ref().map(|export| export.view.clone())
    }

    /// Cancels the running export, if there is one; soon afterwards nothing of it remains.
    pub fn cancel_export(&self) {
        self.current_export.cancel();
    }
}

impl CurrentExport {
    pub(super) fn is_running(&self) -> bool {
        self.newest
            .borrow()
            .as_ref()
            .is_some_and(Export::is_running)
    }

    pub(super) fn cancel(&self) {
        if let Some(export) = self.newest.borrow().as_ref() {
            export.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Resolves once no export runs.
    pub(super) async fn finished(&self) {
        let mut newest = self.newest.subscribe();
        let over = |export: &Option<Export>| !export.as_ref().is_some_and(Export::is_running);
        // An error would mean that the sender is gone, but `self` holds it.
        drop(newest.wait_for(over).await);
    }

    /// Reserves the only slot for an export.
    fn begin(&self, path: &Path) -> Result<Arc<AtomicBool>> {
        let cancel = Arc::new(AtomicBool::new(false));
        let mut other = None;
        self.newest.send_if_modified(|newest| {
            if let Some(running) = newest.as_ref().filter(|export| export.is_running()) {
                other = Some(running.view.path.clone());
                return false;
            }
            *newest = Some(Export {
                view: ExportView {
                    path: path.display().to_string(),
                    written: 0,
                    total: None,
                    state: ExportState::Running,
                },
                cancel: Arc::clone(&cancel),
            });
            true
        });
        match other {
            None => Ok(cancel),
            Some(path) => Err(Error::passing(
                Code::ExportRunning,
                FileDetail::ExportRunning { file: path },
            )),
        }
    }

    fn progress(&self, written: u64, total: u32) {
        self.change(|view| {
            view.written = u32::try_from(written).unwrap_or(u32::MAX);
            // Rows that arrived since the count are written too.
            view.total = Some(total.max(view.written));
        });
    }

    fn finish(&self, exported: &Result<Exported>) {
        self.change(|view| {
            view.state = match exported {
                Ok(Exported::Written(lines)) => {
                    view.written = u32::try_from(*lines).unwrap_or(u32::MAX);
                    ExportState::Written
                }
                Ok(Exported::Cancelled) => ExportState::Cancelled,
                Err(error) => ExportState::Failed {
                    error: error.clone(),
                },
            };
        });
    }

    fn change(&self, change: impl FnOnce(&mut ExportView)) {
        self.newest.send_modify(|newest| {
            if let Some(export) = newest {
                change(&mut export.view);
            }
        });
    }
}

impl Export {
    fn is_running(&self) -> bool {
        self.view.state == ExportState::Running
    }
}
