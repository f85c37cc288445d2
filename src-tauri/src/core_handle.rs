//! The shell's handle to the core. The core starts behind the window, so the handle is empty at first; then it holds
//! the core or the error. Whoever needs the core waits for it, but never on the main thread.

use bursar_core::Bursar;
use bursar_core::error::{Code, Error, InternalDetail, Result};
use std::sync::Arc;
use tokio::sync::watch;

type StartResult = Option<Result<Arc<Bursar>>>;

#[derive(Debug)]
pub(crate) struct CoreHandle {
    started: watch::Sender<StartResult>,
}

impl CoreHandle {
    pub(crate) fn new() -> Self {
        Self {
            started: watch::Sender::new(None),
        }
    }

    /// Sets the result of the start. Call it once.
    pub(crate) fn set_result(&self, outcome: Result<Arc<Bursar>>) {
        self.started.send_replace(Some(outcome));
    }

    /// The running core.
    ///
    /// # Errors
    /// Why it could not start.
    pub(crate) async fn wait(&self) -> Result<Arc<Bursar>> {
        let mut watched = self.started.subscribe();
        match watched.wait_for(Option::is_some).await {
            Ok(started) => (*started)
                .clone()
                .unwrap_or_else(|| Err(ended_before_start())),
            Err(_) => Err(ended_before_start()),
        }
    }

    /// The core, if it runs already. If not, it learns everything when it starts.
    pub(crate) fn running(&self) -> Option<Arc<Bursar>> {
        self.started.borrow().as_ref()?.as_ref().ok().cloned()
    }

    /// Why it could not start, if it failed.
    pub(crate) fn start_error(&self) -> Option<Error> {
        self.started.borrow().as_ref()?.as_ref().err().cloned()
    }
}

fn ended_before_start() -> Error {
    Error::new(Code::Internal, InternalDetail::step("start the engine"))
}
