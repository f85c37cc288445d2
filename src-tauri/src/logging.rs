//! What is written to standard error, and what must never be: no secret is given to a log line anywhere, a
//! panic says where it happened and no more, and a release build leaves no core dump.

use bursar_core::dumps;
use tracing_subscriber::EnvFilter;

/// Begins logging; `BURSAR_LOG` chooses what, as `warn` or `bursar_desktop=debug,bursar_core=debug` do.
pub(crate) fn init() {
    let filter = EnvFilter::try_from_env("BURSAR_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let initialized = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if initialized.is_err() {
        tracing::warn!("logging had begun already");
    }
    std::panic::set_hook(Box::new(|panic| {
        // The message may hold what a function was called with; the place does not.
        let place = panic
            .location()
            .map(|at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(place, "a fault of ours");
    }));
    dumps::off();
}
