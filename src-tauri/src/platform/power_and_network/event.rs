//! What the system reports.

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SystemEvent {
    Online(bool),
    /// logind is there and tells of sleep, or no longer.
    SleepSignals(bool),
    WokeUp,
}
