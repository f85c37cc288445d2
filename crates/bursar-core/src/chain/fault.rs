//! What can be wrong with an RPC's answer, as the reader distinguishes it, and how it is told to people. Nothing
//! that the RPC wrote is repeated, and of its address only the host: path and query may hold a key.

use crate::clock::Span;
use crate::error::{Code, Error};
use alloy_primitives::Address;

/// Why an RPC gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The exchange itself: timed out, unreachable, too large.
    Exchange(Error),
    Status {
        status: u16,
        retry_after: Option<Span>,
    },
    /// A JSON-RPC error. The message is for recognising limits, never for people.
    Refused {
        code: i64,
        message: String,
    },
    /// Not what was asked for; says which part.
    Malformed(&'static str),
    WrongChain {
        expected: u64,
        seen: u64,
    },
    NoContract(Address),
    /// It does not know the block (yet, or any more). No fault of its own.
    Behind,
}

impl Fault {
    /// Told to people, with the host alone.
    pub(super) fn told(self, host: &str) -> Error {
        match self {
            Self::Exchange(error) => error,
            Self::Status {
                status: 401 | 403, ..
            } => Error::new(
                Code::Refused,
                format!(
                    "{host} refuses to answer. If its address has a key, check it in Settings."
                ),
            ),
            Self::Status {
                status: 429,
                retry_after,
            } => Error {
                retry_after,
                ..Error::passing(
                    Code::RateLimited,
                    format!("{host} has had too many requests for now."),
                )
            },
            Self::Status {
                status,
                retry_after,
            } => Error {
                retry_after,
                ..Error::passing(
                    Code::ChainUnavailable,
                    format!("{host} answered with status {status}."),
                )
            },
            Self::Refused { code, .. } => Error::passing(
                Code::ChainUnavailable,
                format!("{host} answered with error {code}."),
            ),
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
        }
    }

    /// Whether it says that the answer would be too long: asking for less may help.
    pub(super) fn is_limit(&self) -> bool {
        match self {
            Self::Refused { code, message } => {
                let message = message.to_ascii_lowercase();
                *code == LIMIT_EXCEEDED || LIMIT_WORDS.iter().any(|words| message.contains(words))
            }
            Self::Exchange(error) => error.code == Code::AnswerTooLarge,
            Self::Status { status, .. } => *status == 413,
            Self::Malformed(_) | Self::WrongChain { .. } | Self::NoContract(_) | Self::Behind => {
                false
            }
        }
    }

    /// How long the server asked to be left alone.
    pub(super) fn retry_after(&self) -> Option<Span> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Exchange(error) => error.retry_after,
            Self::Refused { .. }
            | Self::Malformed(_)
            | Self::WrongChain { .. }
            | Self::NoContract(_)
            | Self::Behind => None,
        }
    }
}

/// JSON-RPC's "limit exceeded" (EIP-1474).
const LIMIT_EXCEEDED: i64 = -32005;
/// How nodes and their hosts say that a query spans too much, in small letters.
const LIMIT_WORDS: [&str; 9] = [
    "too many",
    "more than",
    "limit",
    "too large",
    "too big",
    "too wide",
    "block range",
    "exceed",
    "query timeout",
];

/// What several RPCs had to say, as one error: their common code, or that none is usable.
pub(super) fn told_together(faults: Vec<(String, Fault)>) -> Error {
    let told: Vec<Error> = faults
        .into_iter()
        .map(|(host, fault)| fault.told(&host))
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
        message: format!(
            "None of the network's RPCs is usable. {}",
            sentences.join(" ")
        ),
        retryable: told.iter().any(|error| error.retryable),
        retry_after: told.iter().filter_map(|error| error.retry_after).min(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_rpc_wrote_is_not_repeated() {
        let fault = Fault::Refused {
            code: -32000,
            message: "bad key sk_canary".to_owned(),
        };
        let error = fault.told("rpc.example");
        assert_eq!(error.message, "rpc.example answered with error -32000.");
        assert!(error.retryable);
    }

    #[test]
    fn limits_are_recognised() {
        let refused = |code, message: &str| Fault::Refused {
            code,
            message: message.to_owned(),
        };
        assert!(refused(-32005, "").is_limit());
        assert!(refused(-32000, "query returned more than 10000 results").is_limit());
        assert!(refused(-32602, "Block range is too large").is_limit());
        assert!(!refused(-32000, "header not found").is_limit());
        assert!(Fault::Exchange(Error::passing(Code::AnswerTooLarge, "")).is_limit());
    }

    #[test]
    fn several_faults_become_one_error() {
        let one = told_together(vec![(
            "a".into(),
            Fault::WrongChain {
                expected: 1,
                seen: 2,
            },
        )]);
        assert_eq!((one.code, one.retryable), (Code::WrongChain, false));
        let both = told_together(vec![
            (
                "a".into(),
                Fault::WrongChain {
                    expected: 1,
                    seen: 2,
                },
            ),
            (
                "b".into(),
                Fault::Status {
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
        assert_eq!(told_together(Vec::new()).code, Code::ChainUnavailable);
    }
}
