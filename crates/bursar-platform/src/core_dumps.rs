//! Disables core dumps in release builds: the memory of a process with secrets is never written to disk, and no other process
//! of the user can read it. Where a system cannot disable them, its own setting stays.

/// Disables core dumps for this process, and limits them to zero bytes for its children. Call it first in `main`. A debug
/// build keeps core dumps and allows inspection.
pub fn disable() {
    if !cfg!(debug_assertions) {
        #[cfg(unix)]
        limit_size();
        #[cfg(target_os = "linux")]
        forbid_inspection();
    }
}

#[cfg(unix)]
fn limit_size() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let zero = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, zero) {
        tracing::warn!(%error, "core dumps could not be limited");
    }
}

#[cfg(target_os = "linux")]
fn forbid_inspection() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps could not be disabled");
    }
}
