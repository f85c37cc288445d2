//! When each target, resend and probe is due, and how its last attempts went.

use bursar_domain::clock::Timestamp;

/// When a target is polled next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollTimer {
    pub due: Timestamp,
    pub in_flight: bool,
    /// Something happened while a request was in flight: poll again at once.
    pub again: bool,
    /// Failures since the last success.
    pub failures: u32,
    /// When the last poll succeeded.
    pub last_success: Option<Timestamp>,
}

/// When to resend a request without a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resend {
    pub due: Timestamp,
    /// Until when the server itself asked to wait.
    pub retry_after: Timestamp,
    /// Responses that did not come.
    pub failures: u32,
}

/// The back-off that all requests to one server share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerBackoff {
    pub failures: u32,
    /// No request before this time.
    pub until: Timestamp,
    /// Until when the server itself asked to wait; nothing cuts this short.
    pub retry_after: Timestamp,
}

/// The probes of a server that is unreachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachabilityProbe {
    pub(super) due: Timestamp,
    pub(super) in_flight: bool,
    /// The last probe found the server down.
    pub(super) was_unreachable: bool,
    /// A probe led to the present or the last request.
    pub(super) led_to_request: bool,
    /// That request failed: the next one waits for its back-off, so that a flapping server does not trigger a retry
    /// storm.
    pub(super) exhausted: bool,
}
