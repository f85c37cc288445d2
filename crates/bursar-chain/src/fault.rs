//! What can be wrong with an RPC's answer, as the reader distinguishes it, and how it is told to people. Nothing
//! that the RPC wrote is repeated, and of its address only the host: path and query may hold a key.

use super::rpc_error::{RpcError, RpcErrorKind};
use alloy_primitives::Address;
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Error};

/// Why an RPC gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The exchange itself: timed out, unreachable, too large.
    Transport(Error),
    HttpStatus {
        status: u16,
        retry_after: Option<Span>,
    },
    /// A JSON-RPC error.
    ErrorResponse(RpcError),
    /// Not what was asked for; says which part.
    Malformed(&'static str),
    WrongChain {
        expected: u64,
        seen: u64,
    },
    NoContract(Address),
    /// It does not know the block yet, or knows another one by now. No fault of its own.
    Behind,
    /// It no longer has blocks or logs that are this old.
    Pruned,
}

/// No list of logs, where one was asked for. That is not the same as an empty one.
pub(super) const NO_LOGS: Fault = Fault::Malformed("no logs");

impl Fault {
    /// Told to people, with the host alone.
    pub(super) fn into_error(self, host: &str) -> Error {
        match self {
            Self::Transport(error) => error,
            Self::HttpStatus {
                status: 401 | 403, ..
            } => Error::new(
                Code::Refused,
                format!(
                    "{host} refuses to answer. If its address has a key, check it in Settings."
                ),
            ),
            Self::HttpStatus {
                status: 429,
                retry_after,
            } => Error {
                retry_after,
                ..Error::passing(
                    Code::RateLimited,
                    format!("{host} has had too many requests for now."),
                )
            },
            Self::HttpStatus {
                status,
                retry_after,
            } => Error {
                retry_after,
                ..Error::passing(
                    Code::ChainUnavailable,
                    format!("{host} answered with status {status}."),
                )
            },
            Self::ErrorResponse(error) => error.into_error(host),
            Self::Malformed(what) => Error::passing(
                Code::AnswerMalformed,
                format!("{host} sent an answer that cannot be right ({what}); it was dropped."),
            ),
            Self::WrongChain { expected, seen } => Error::new(
                Code::WrongChain,
                format!("{host} answers for chain {seen}; this network is chain {expected}."),
            ),
            Self::NoContract(address) => Error::new(
                Code::NoContract,
                format!(
                    "{host} knows no contract at {address}, where this network says there is one."
                ),
            ),
            Self::Behind => Error::passing(
                Code::ChainUnavailable,
                format!("{host} does not have the newest blocks yet."),
            ),
            Self::Pruned => Error::new(
                Code::EventsIncomplete,
                format!("{host} no longer has blocks that are this old."),
            ),
        }
    }

    /// The kind of a JSON-RPC error.
    pub(super) fn rpc_error_kind(&self) -> Option<RpcErrorKind> {
        match self {
            Self::ErrorResponse(error) => Some(error.kind),
            Self::Transport(_)
            | Self::HttpStatus { .. }
            | Self::Malformed(_)
            | Self::WrongChain { .. }
            | Self::NoContract(_)
            | Self::Behind
            | Self::Pruned => None,
        }
    }

    /// How long the server asked to be left alone.
    pub(super) fn retry_after(&self) -> Option<Span> {
        match self {
            Self::HttpStatus { retry_after, .. } => *retry_after,
            Self::Transport(error) => error.retry_after,
            Self::ErrorResponse(error) => error.retry_after,
            Self::Malformed(_)
            | Self::WrongChain { .. }
            | Self::NoContract(_)
            | Self::Behind
            | Self::Pruned => None,
        }
    }
}

impl RpcError {
    fn into_error(self, host: &str) -> Error {
        match self.kind {
            RpcErrorKind::RateLimited => Error {
                retry_after: self.retry_after,
                ..Error::passing(
                    Code::RateLimited,
                    format!("{host} has had too many requests for now."),
                )
            },
            RpcErrorKind::NotAllowed => Error::new(
                Code::Refused,
                format!(
                    "{host} refuses to answer. If its address has a key, check it in Settings."
                ),
            ),
            RpcErrorKind::Pruned => Fault::Pruned.into_error(host),
            RpcErrorKind::AboveHead | RpcErrorKind::UnknownBlock => Fault::Behind.into_error(host),
            RpcErrorKind::BatchTooLarge { .. }
            | RpcErrorKind::RangeTooLarge { .. }
            | RpcErrorKind::LimitExceeded
            | RpcErrorKind::TimedOut
            | RpcErrorKind::UnsupportedMethod
            | RpcErrorKind::NodeFailure
            | RpcErrorKind::Other => Error {
                retry_after: self.retry_after,
                ..Error::passing(
                    Code::ChainUnavailable,
                    format!("{host} answered with error {}.", self.code),
                )
            },
        }
    }
}

/// What several RPCs had to say, as one error: their common code, or that none is usable.
pub(super) fn combine_faults(faults: Vec<(String, Fault)>) -> Error {
    combine_faults_as(faults, "None of the network's RPCs is usable.")
}

/// The same, where there are several, behind these words.
pub(super) fn combine_faults_as(faults: Vec<(String, Fault)>, what: &str) -> Error {
    let told: Vec<Error> = faults
        .into_iter()
        .map(|(host, fault)| fault.into_error(&host))
        .collect();
    let mut each = told.iter();
    let Some(first) = each.next() else {
        return Error::new(
            Code::ChainUnavailable,
            "The network names no RPC to read the chain from.",
        );
    };
    if told.len() == 1 {
        return first.clone();
    }
    let same = each.all(|error| error.code == first.code);
    let sentences: Vec<&str> = told.iter().map(|error| error.message.as_str()).collect();
    Error {
        code: if same {
            first.code
        } else {
            Code::ChainUnavailable
        },
        message: format!("{what} {}", sentences.join(" ")),
        retryable: told.iter().any(|error| error.retryable),
        retry_after: told.iter().filter_map(|error| error.retry_after).min(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i64, message: &str) -> Fault {
        let error = serde_json::json!({"code": code, "message": message});
        Fault::ErrorResponse(RpcError::read(&error).unwrap())
    }

    #[test]
    fn what_the_rpc_wrote_is_not_repeated() {
        for words in [
            "bad key sk_canary",
            "invalid api key sk_canary",
            "sk_canary: rate limit exceeded",
            "pruned sk_canary",
            "batch too large sk_canary",
        ] {
            let fault = refused(-32000, words);
            assert!(!format!("{fault:?}").contains("canary"));
            let error = fault.into_error("rpc.example");
            assert!(!error.message.contains("canary"), "{error}");
            assert!(error.message.contains("rpc.example"), "{error}");
        }
        let error = refused(-32000, "bad things").into_error("rpc.example");
        assert_eq!(error.message, "rpc.example answered with error -32000.");
        assert!(error.retryable);
    }

    #[test]
    fn a_rate_limit_is_told_as_one_whatever_its_form() {
        let error = refused(-32005, "rate limit exceeded, retry in 10s").into_error("rpc.example");
        assert_eq!(
            (error.code, error.retry_after),
            (Code::RateLimited, Some(Span::seconds(10)))
        );
    }

    #[test]
    fn several_faults_become_one_error() {
        let one = combine_faults(vec![(
            "a".into(),
            Fault::WrongChain {
                expected: 1,
                seen: 2,
            },
        )]);
        assert_eq!((one.code, one.retryable), (Code::WrongChain, false));
        let both = combine_faults(vec![
            (
                "a".into(),
                Fault::WrongChain {
                    expected: 1,
                    seen: 2,
                },
            ),
            (
                "b".into(),
                Fault::HttpStatus {
                    status: 429,
                    retry_after: Some(Span::seconds(7)),
                },
            ),
        ]);
        assert_eq!((both.code, both.retryable), (Code::ChainUnavailable, true));
        assert_eq!(both.retry_after, Some(Span::seconds(7)));
        assert!(
            both.message.contains("a answers for chain 2") && both.message.contains("b has had")
        );
        assert_eq!(combine_faults(Vec::new()).code, Code::ChainUnavailable);
    }
}
