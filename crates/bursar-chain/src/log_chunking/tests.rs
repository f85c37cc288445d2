//! Ranges read from endpoints with every kind of limit: how much is returned, in how few requests, and which gap is
//! reported.

use super::*;
use crate::event_logs::MAX_LOG_REQUESTS;
use crate::rpc_error::RpcError;
use bursar_domain::error::{ConnectionDetail, Error};
use serde_json::json;

const HEAD: u64 = 100_000;

fn refused(code: i64, message: &str) -> Fault {
    Fault::ErrorResponse(RpcError::read(&json!({"code": code, "message": message})).unwrap())
}

/// Asks as the reader does. Returns the lowest block that was read, if any, the last fault, and the number of requests.
fn read(
    health: &mut RpcHealth,
    (from, to): (u64, u64),
    answer: impl Fn(u64, u64) -> Result<(), Fault>,
) -> (Option<u64>, Option<Fault>, u32) {
    let mut range = LogChunker::within(from, to, HEAD);
    let mut lowest = None;
    for request in 1..=MAX_LOG_REQUESTS {
        let (low, high) = range.next_chunk(health);
        assert!(from <= low && low <= high && high <= to);
        let next = match answer(low, high) {
            Ok(()) => {
                lowest = Some(low);
                range.chunk_read(health)
            }
            Err(fault) => match range.chunk_failed(&fault, health) {
                NextStep::Stop => return (lowest, Some(range.final_fault(fault)), request),
                NextStep::Continue => NextStep::Continue,
            },
        };
        if next == NextStep::Stop {
            return (lowest, None, request);
        }
    }
    (lowest, None, MAX_LOG_REQUESTS)
}

fn limited(most: u64, fault: Fault) -> impl Fn(u64, u64) -> Result<(), Fault> {
    move |low, high| {
        if high - low >= most {
            Err(fault.clone())
        } else {
            Ok(())
        }
    }
}

#[test]
fn uses_and_remembers_stated_limit() {
    let mut health = RpcHealth::default();
    let ankr = |words: &'static str| {
        move |low: u64, high: u64| limited(1_000, refused(-32600, words))(low, high)
    };
    let stated = ankr("eth_getLogs is limited to a 1,000 range");
    let (lowest, fault, requests) = read(&mut health, (90_001, HEAD), stated);
    // Ten chunks, the first refusal, and one longer range that is tried in between.
    assert_eq!((lowest, fault), (Some(90_001), None));
    assert!(requests <= 13, "{requests}");
    let (.., again) = read(&mut health, (80_001, 81_000), stated);
    assert_eq!(again, 1);
}

#[test]
fn finds_any_limit_within_few_requests() {
    let words = [
        refused(-32005, "query returned more than 10000 results"),
        refused(35, "ranges over the limit are not supported on freetier"),
        refused(-32005, ""),
        refused(-32000, "no such luck"),
        refused(-32603, "Internal error"),
        Fault::HttpStatus {
            status: 500,
            retry_after: None,
        },
        Fault::HttpStatus {
            status: 413,
            retry_after: None,
        },
        NO_LOGS,
        Fault::Transport(Error::passing(
            Code::AnswerTooLarge,
            ConnectionDetail::AnswerTooLarge {
                host: "rpc.example".to_owned(),
            },
        )),
    ];
    for fault in words {
        for most in [1, 2, 3, 10, 50, 800, 10_000, 19_999] {
            let mut health = RpcHealth::default();
            let answer = limited(most, fault.clone());
            let mut to = HEAD;
            let mut reads = 0;
            // Whatever the limit is, each read gets further down.
            while to > 99_000 {
                let (lowest, _, requests) = read(&mut health, (80_001, to), &answer);
                assert!(requests <= MAX_LOG_REQUESTS);
                let lowest = lowest.unwrap_or_else(|| panic!("{fault:?} at {most}: read nothing"));
                assert!(lowest <= to);
                to = lowest - 1;
                reads += 1;
            }
            let max_reads = 2 + 1_000 / (u64::from(MAX_LOG_REQUESTS) / 4) / most;
            assert!(reads <= max_reads, "{fault:?} at {most}: {reads} reads");
        }
    }
}

#[test]
fn gives_up_soon_on_endpoint_that_refuses_everything() {
    for (fault, most) in [
        (refused(-32000, "no such luck"), 9),
        (NO_LOGS, 9),
        (
            refused(-32005, "query returned more than 10000 results"),
            17,
        ),
        (refused(-32601, "the method eth_getLogs does not exist"), 1),
        (refused(-32000, "the disk is broken"), 1),
    ] {
        let mut health = RpcHealth::default();
        let (lowest, last, requests) = read(&mut health, (80_001, HEAD), |_, _| Err(fault.clone()));
        assert_eq!((lowest, last), (None, Some(fault.clone())));
        assert!(requests <= most, "{fault:?}: {requests}");
        let (.., again) = read(&mut health, (80_001, HEAD), |_, _| Err(fault.clone()));
        assert_eq!(again, 1, "{fault:?}");
    }
}

#[test]
fn stops_at_rate_limit() {
    for fault in [
        refused(-32005, "daily request count exceeded, request rate limited"),
        refused(429, ""),
        refused(-32097, ""),
        Fault::HttpStatus {
            status: 429,
            retry_after: None,
        },
    ] {
        let mut health = RpcHealth::default();
        let before = health.log_range_limit;
        let (lowest, _, requests) = read(&mut health, (80_001, HEAD), |_, _| Err(fault.clone()));
        assert_eq!((lowest, requests), (None, 1), "{fault:?}");
        assert_eq!(
            health.log_range_limit, before,
            "a rate limit must not change the range limit"
        );
    }
}

#[test]
fn reads_rest_of_pruned_history_and_remembers_gap() {
    for kept_from in [80_001, 80_002, 90_000, 99_999, HEAD] {
        for fault in [
            refused(4444, "pruned history unavailable"),
            refused(-32000, "block not found"),
            Fault::Pruned,
        ] {
            let mut health = RpcHealth::default();
            let mut to = HEAD;
            let mut requests = 0;
            // Near the head, a block that is not found may be too new.
            let is_clear = kept_from < HEAD - 200;
            if !is_clear && fault == refused(-32000, "block not found") {
                continue;
            }
            loop {
                let (lowest, last, took) = read(&mut health, (70_001, to), |low, _| {
                    if low < kept_from {
                        Err(fault.clone())
                    } else {
                        Ok(())
                    }
                });
                requests += took;
                match lowest {
                    Some(lowest) => to = lowest - 1,
                    None => {
                        assert_eq!(last, Some(Fault::Pruned), "{fault:?} from {kept_from}");
                        break;
                    }
                }
            }
            assert_eq!(to, kept_from - 1, "{fault:?}");
            assert_eq!(health.earliest_log_block(Instant::now()), kept_from);
            assert!(requests <= 50, "{fault:?} from {kept_from}: {requests}");
            assert_eq!(
                health.log_range_limit.max_blocks(),
                u64::MAX,
                "length was not the cause"
            );
        }
    }
}

#[test]
fn skips_newest_blocks_without_logs_yet() {
    for lag in [1, 2, 7, 60] {
        for fault in [
            refused(-32602, "block range extends beyond current head block"),
            refused(-32000, "header not found"),
            Fault::Behind,
        ] {
            let mut health = RpcHealth::default();
            let mut highest = None;
            let seen = std::cell::RefCell::new(&mut highest);
            let (lowest, _, requests) = read(&mut health, (99_000, HEAD), |_, high| {
                if high > HEAD - lag {
                    return Err(fault.clone());
                }
                let mut seen = seen.borrow_mut();
                **seen = Some(seen.unwrap_or(high));
                Ok(())
            });
            assert_eq!(lowest, Some(99_000), "{fault:?}");
            let highest = highest.unwrap();
            assert!(
                highest <= HEAD - lag && highest >= HEAD - 2 * lag - 1,
                "{highest}"
            );
            assert!(requests <= 9);
        }
    }
    // An endpoint that never has them reports that.
    let mut health = RpcHealth::default();
    let (lowest, last, requests) = read(&mut health, (99_000, HEAD), |_, _| Err(Fault::Behind));
    assert_eq!((lowest, last), (None, Some(Fault::Behind)));
    assert!(requests <= 27, "{requests}");
}
