//! Why an endpoint gave no usable answer, and the error that people see for it. The error repeats nothing that the
//! server wrote, and of its address only the host: path and query may hold a key.

use super::rpc_error::{RpcError, RpcErrorKind};
use alloy::primitives::Address;
use bursar_domain::clock::Span;
use bursar_domain::error::{ChainDetail, Code, ConnectionDetail, Detail, Error};
use std::fmt;

/// Why an endpoint gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The exchange itself failed: timed out, unreachable, too large.
    Transport(Error),
    HttpStatus {
        status: u16,
        retry_after: Option<Span>,
    },
    /// A JSON-RPC error.
    ErrorResponse(RpcError),
    /// Not what was asked for; names the part.
    Malformed(&'static str),
    WrongChain {
        expected: u64,
        actual: u64,
    },
    NoContract(Address),
    /// It does not have the block yet, or has another one there by now. That is normal.
    Behind,
    /// It has deleted blocks or logs that are this old.
    Pruned,
}

/// alloy carries it as an error of its transport.
impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no usable answer")
    }
}

/// No list of logs where one was asked for, which is not an empty list.
pub(super) const NO_LOGS: Fault = Fault::Malformed("no logs");

impl Fault {
    pub(super) fn timed_out(host: &str) -> Self {
        let host = host.to_owned();
        Self::Transport(Error::passing(
            Code::Timeout,
            ConnectionDetail::TimedOut { host },
        ))
    }

    pub(super) fn connection_lost(host: &str) -> Self {
        let host = host.to_owned();
        Self::Transport(Error::passing(
            Code::Unreachable,
            ConnectionDetail::NotReached { host },
        ))
    }

    /// As an error for people, with the host alone.
    pub(super) fn into_error(self, host: &str) -> Error {
        let host = host.to_owned();
        match self {
            Self::Transport(error) => error,
            Self::HttpStatus {
                status: 401 | 403, ..
            } => Error::new(Code::Refused, ChainDetail::RpcRefused { host }),
            Self::HttpStatus {
                status: 429,
                retry_after,
            } => Error {
                retry_after,
                ..Error::passing(
                    Code::RateLimited,
                    ConnectionDetail::TooManyRequests { host },
                )
            },
            Self::HttpStatus {
                status,
                retry_after,
            } => Error {
                retry_after,
                ..Error::passing(
                    Code::ChainUnavailable,
                    ConnectionDetail::HttpStatus {
                        host,
                        status: status.to_string(),
                    },
                )
            },
            Self::ErrorResponse(error) => error.into_error(host),
            Self::Malformed(what) => Error::passing(
                Code::AnswerMalformed,
                ChainDetail::RpcAnswerInvalid {
                    host,
                    part: what.to_owned(),
                },
            ),
            Self::WrongChain { expected, actual } => Error::new(
                Code::WrongChain,
                ChainDetail::RpcWrongChain {
                    host,
                    actual: actual.to_string(),
                    expected: expected.to_string(),
                },
            ),
            Self::NoContract(address) => Error::new(
                Code::NoContract,
                ChainDetail::RpcNoContract {
                    host,
                    address: address.to_string(),
                },
            ),
            Self::Behind => Error::passing(Code::ChainUnavailable, ChainDetail::RpcBehind { host }),
            Self::Pruned => Error::new(Code::EventsIncomplete, ChainDetail::RpcPruned { host }),
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

    /// How long the server asked not to be called.
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
    fn into_error(self, host: String) -> Error {
        match self.kind {
            RpcErrorKind::RateLimited => Error {
                retry_after: self.retry_after,
                ..Error::passing(
                    Code::RateLimited,
                    ConnectionDetail::TooManyRequests { host },
                )
            },
            RpcErrorKind::NotAllowed => Error::new(Code::Refused, ChainDetail::RpcRefused { host }),
            RpcErrorKind::Pruned => Fault::Pruned.into_error(&host),
            RpcErrorKind::AboveHead | RpcErrorKind::UnknownBlock => Fault::Behind.into_error(&host),
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
                    ChainDetail::RpcFailed {
                        host,
                        error: self.code.to_string(),
                    },
                )
            },
        }
    }
}

/// The faults of several endpoints as one error, with their common code or `chain_unavailable`.
pub(super) fn combine_faults(faults: Vec<(String, Fault)>) -> Error {
    combine_faults_as(faults, |each| ChainDetail::NoRpcUsable { each })
}

/// The same, with this detail if there are several.
pub(super) fn combine_faults_as(
    faults: Vec<(String, Fault)>,
    detail: impl FnOnce(Vec<Detail>) -> ChainDetail,
) -> Error {
    let errors: Vec<Error> = faults
        .into_iter()
        .map(|(host, fault)| fault.into_error(&host))
        .collect();
    let mut each = errors.iter();
    let Some(first) = each.next() else {
        return Error::new(Code::ChainUnavailable, ChainDetail::NoRpcConfigured);
    };
    if errors.len() == 1 {
        return first.clone();
    }
    let same = each.all(|error| error.code == first.code);
    let each = errors.iter().map(|error| error.detail.clone()).collect();
    Error {
        code: if same {
            first.code
        } else {
            Code::ChainUnavailable
        },
        detail: detail(each).into(),
        retryable: errors.iter().any(|error| error.retryable),
        retry_after: errors.iter().filter_map(|error| error.retry_after).min(),
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
    fn does_not_repeat_what_the_server_wrote() {
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
            assert!(!error.detail.to_string().contains("canary"), "{error}");
            assert!(error.detail.to_string().contains("rpc.example"), "{error}");
        }
        let error = refused(-32000, "bad things").into_error("rpc.example");
        let failed = ChainDetail::RpcFailed {
            host: "rpc.example".to_owned(),
            error: "-32000".to_owned(),
        };
        assert_eq!(error.detail, failed.into());
        assert!(error.retryable);
    }

    #[test]
    fn reports_rate_limit_in_any_form() {
        let error = refused(-32005, "rate limit exceeded, retry in 10s").into_error("rpc.example");
        assert_eq!(
            (error.code, error.retry_after),
            (Code::RateLimited, Some(Span::seconds(10)))
        );
    }

    #[test]
    fn combines_faults_of_several_endpoints() {
        let one = combine_faults(vec![(
            "a".into(),
            Fault::WrongChain {
                expected: 1,
                actual: 2,
            },
        )]);
        assert_eq!((one.code, one.retryable), (Code::WrongChain, false));
        let both = combine_faults(vec![
            (
                "a".into(),
                Fault::WrongChain {
                    expected: 1,
                    actual: 2,
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
        let each = vec![
            ChainDetail::RpcWrongChain {
                host: "a".to_owned(),
                actual: "2".to_owned(),
                expected: "1".to_owned(),
            }
            .into(),
            ConnectionDetail::TooManyRequests {
                host: "b".to_owned(),
            }
            .into(),
        ];
        assert_eq!(both.detail, ChainDetail::NoRpcUsable { each }.into());
        assert_eq!(combine_faults(Vec::new()).code, Code::ChainUnavailable);
    }
}
