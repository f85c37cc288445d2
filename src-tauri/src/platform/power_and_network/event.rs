//! The events that the system reports.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SystemEvent {
    Online(bool),
    /// Whether the system announces sleep.
    SleepSignals(bool),
    WokeUp,
}
