//! Logs to standard error, without secrets: no log line contains one, a panic logs only its location, and a release
//! build writes no core dump.

use bursar_core::core_dumps;
use tracing_subscriber::EnvFilter;

/// Without `BURSAR_LOG`. alloy reports every lost WebSocket as an error, although each is opened again.
const DEFAULT_FILTER: &str = "warn,alloy_pubsub=off";

/// Starts logging. `BURSAR_LOG` is the filter, for example `warn` or `bursar_desktop=debug,bursar_core=debug`.
pub(crate) fn init() {
    let filter =
        EnvFilter::try_from_env("BURSAR_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
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
