//! When each thing is due, and what its last outcomes were.

use bursar_domain::clock::Timestamp;

/// When one thing is read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub due: Timestamp,
    pub in_flight: bool,
    /// Something happened while it was in flight: read again at once.
    pub again: bool,
    /// Failures since the last success.
    pub failures: u32,
    /// When it last succeeded.
    pub last_success: Option<Timestamp>,
}

/// When a request whose answer is outstanding is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resend {
    pub due: Timestamp,
    /// The part of that which the server itself asked for.
    pub retry_after: Timestamp,
    /// Answers that did not come.
    pub failures: u32,
}

/// How a server has answered lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerBackoff {
    pub failures: u32,
    /// Nothing is asked before this.
    pub until: Timestamp,
    /// The part of that which the server itself asked for: nothing but its time opens it.
    pub retry_after: Timestamp,
}

/// How it stands with knocking at a server that could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachabilityProbe {
    pub(super) due: Timestamp,
    pub(super) in_flight: bool,
    /// The last try found nobody.
    pub(super) was_unreachable: bool,
    /// A knock has led to the request that is out now, or to the last one.
    pub(super) led_to_request: bool,
    /// Such a request failed: the next one comes by itself, so that a door that opens and shuts is not run through.
    pub(super) exhausted: bool,
}
