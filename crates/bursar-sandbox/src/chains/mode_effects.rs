//! What each mode of a proxy does: to the connection, to a call, to a response, and to the messages of a subscription.

use super::proxy_mode::ProxyMode;
use crate::faults::Edits;

/// What a mode does. Each part that the mode leaves alone has its default.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effects<'a> {
    pub(super) connection: Connection,
    pub(super) call: CallEffect<'a>,
    pub(super) response: ResponseEffect<'a>,
    pub(super) subscription: Subscription,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Connection {
    #[default]
    Serve,
    Refuse,
    /// Answer with this HTTP status.
    Status(u16),
    /// Answer with something that is not JSON.
    Garbage,
    /// Answer only once the mode changes.
    Hang,
    /// Answer after this many milliseconds.
    Delay(u64),
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum CallEffect<'a> {
    #[default]
    Forward,
    /// Answer calls of this method, or all calls, with this error.
    Fail {
        code: i64,
        message: &'a str,
        method: Option<&'a str>,
    },
    /// Name this chain id.
    ChainId(u64),
    /// Deny that there is a contract.
    NoCode,
    /// Show nothing newer than this block.
    PinTo(u64),
    /// Answer a search for logs in more blocks than these with this error.
    LimitLogs {
        blocks: u64,
        code: i64,
        message: &'a str,
    },
    /// Answer a search for logs that begins below this block with an error.
    FailLogsBelow(u64),
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum ResponseEffect<'a> {
    #[default]
    Keep,
    /// Change members of the responses to this method, or of all responses.
    Edit {
        method: Option<&'a str>,
        edits: &'a Edits,
    },
    /// Report this balance.
    Balance(u64),
    HideBlocksAbove(u64),
    HideBlocksBelow(u64),
    DropLogs,
    DuplicateLogs,
}

/// How many times the client receives each message of a subscription.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subscription {
    pub(super) logs: usize,
    pub(super) others: usize,
}

impl Default for Subscription {
    fn default() -> Self {
        Self { logs: 1, others: 1 }
    }
}

impl Subscription {
    const SILENT: Self = Self { logs: 0, others: 0 };
}

impl ProxyMode {
    pub(super) fn effects(&self) -> Effects<'_> {
        let connection = |connection| Effects {
            connection,
            ..Effects::default()
        };
        let call = |call| Effects {
            call,
            ..Effects::default()
        };
        let response = |response| Effects {
            response,
            ..Effects::default()
        };
        match self {
            Self::Ok => Effects::default(),
            Self::Refuse => connection(Connection::Refuse),
            Self::Status { status } => connection(Connection::Status(*status)),
            Self::Garbage => connection(Connection::Garbage),
            Self::Delay { ms } => connection(Connection::Delay(*ms)),
            Self::Hang => Effects {
                subscription: Subscription::SILENT,
                ..connection(Connection::Hang)
            },
            Self::Error {
                code,
                message,
                method,
            } => call(CallEffect::Fail {
                code: *code,
                message,
                method: method.as_deref(),
            }),
            Self::ChainId { value } => call(CallEffect::ChainId(*value)),
            Self::NoCode => call(CallEffect::NoCode),
            Self::LimitLogs {
                blocks,
                code,
                message,
            } => call(CallEffect::LimitLogs {
                blocks: *blocks,
                code: *code,
                message,
            }),
            Self::Stale { block } => Effects {
                response: ResponseEffect::HideBlocksAbove(*block),
                subscription: Subscription::SILENT,
                ..call(CallEffect::PinTo(*block))
            },
            Self::Prune { below } => Effects {
                response: ResponseEffect::HideBlocksBelow(*below),
                ..call(CallEffect::FailLogsBelow(*below))
            },
            Self::Balance { value } => response(ResponseEffect::Balance(*value)),
            Self::DropLogs => Effects {
                subscription: Subscription { logs: 0, others: 1 },
                ..response(ResponseEffect::DropLogs)
            },
            Self::DuplicateLogs => Effects {
                subscription: Subscription { logs: 2, others: 1 },
                ..response(ResponseEffect::DuplicateLogs)
            },
            Self::Edit { method, edits } => response(ResponseEffect::Edit {
                method: method.as_deref(),
                edits,
            }),
        }
    }
}
