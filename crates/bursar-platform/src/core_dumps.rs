//! Core dumps. The memory of a process that holds secrets is never written to disk once released, and no other
//! process of the user may look into it. What cannot be turned off on a system stays as that system has it.

/// Turns core dumps off for this process, and their size to nothing for its children; to be called first in
/// `main`. A build for development keeps them, and lets itself be looked into.
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
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, nothing) {
        tracing::warn!(%error, "core dumps could not be limited");
    }
}

#[cfg(target_os = "linux")]
fn forbid_inspection() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps could not be turned off");
    }
}
