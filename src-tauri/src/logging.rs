//! Logs to standard error, without secrets: no log line contains one, a panic logs only its location, and a release
//! build writes no core dump.

use bursar_core::{ALLOY_LOG_OFF, core_dumps};
use tracing_subscriber::EnvFilter;

/// Without `BURSAR_LOG`.
const DEFAULT_FILTER: &str = "warn";

/// Starts logging. `BURSAR_LOG` is the filter, for example `warn` or `bursar_desktop=debug,bursar_core=debug`.
pub(crate) fn init() {
    let chosen = std::env::var("BURSAR_LOG");
    let filter = chosen.as_deref().unwrap_or(DEFAULT_FILTER);
    let filter = EnvFilter::try_new(format!("{filter},{ALLOY_LOG_OFF}"))
        .unwrap_or_else(|_| EnvFilter::new(format!("{DEFAULT_FILTER},{ALLOY_LOG_OFF}")));
    let initialized = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if initialized.is_err() {
        tracing::warn!("logging was started before");
    }
    std::panic::set_hook(Box::new(|panic| {
        // A panic's message may contain a function's arguments. The location does not.
        let location = panic
            .location()
            .map(|at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(location, "panic");
    }));
    core_dumps::disable();
}
