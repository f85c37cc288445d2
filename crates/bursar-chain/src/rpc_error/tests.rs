//! What hosts and nodes really write, and what it means. Each text comes from an issue, a manual or an answer.

use super::*;
use serde_json::json;

fn read(code: i64, message: &str) -> RpcError {
    RpcError::read(&json!({"code": code, "message": message})).unwrap()
}

fn kind(code: i64, message: &str) -> RpcErrorKind {
    read(code, message).kind
}

#[test]
fn reads_range_limits_with_stated_length() {
    let cases: &[(i64, &str, Option<u64>)] = &[
        (
            35,
            "ranges over 10000 blocks are not supported on freetier",
            Some(10_000),
        ),
        (
            -32602,
            "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on \
             the response size, or you can request any block range with a cap of 10K logs in the response. Based on your \
             parameters and the response size limit, this block range should work: [0x1a30dfd, 0x1a30ff0]",
            Some(500),
        ),
        (
            -32600,
            "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your \
             parameters, this block range should work: [0x10, 0x19]. Upgrade to PAYG for expanded block range.",
            Some(10),
        ),
        (
            -32005,
            "query returned more than 10000 results. Try with this block range [0x65, 0xC8].",
            Some(100),
        ),
        (-32602, "range 1000000 exceeds limit of 10000", Some(10_000)),
        (
            -32614,
            "eth_getLogs is limited to a 10,000 range",
            Some(10_000),
        ),
        (-32600, "block range is too wide", None),
        (-32600, "block range too high", None),
        (
            -32600,
            "block range is too wide (maximum 1024)",
            Some(1_024),
        ),
        (-32701, "exceed maximum block range: 50000", Some(50_000)),
        (
            -32047,
            "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800",
            Some(800),
        ),
        (
            -32005,
            "Requested range exceeds maximum RPC range limit",
            None,
        ),
        (
            -32000,
            "query block range exceeds server limit, narrow your filter",
            None,
        ),
        (
            -32005,
            "block range too large, max range: 1000",
            Some(1_000),
        ),
        (
            -32000,
            "block range is larger than max block range, block range = 5120, max block range = 5000",
            Some(5_000),
        ),
        (
            -32602,
            "query exceeds max block range 100000",
            Some(100_000),
        ),
        (
            -32602,
            "query exceeds max results 20000, retry with the range 24383075-24383096",
            Some(22),
        ),
        (
            -32000,
            "requested too many blocks from 1 to 20000, maximum is set to 2048",
            Some(2_048),
        ),
        (
            -32000,
            "logs matched by query exceeds limit of 10000",
            Some(10_000),
        ),
        (
            -32000,
            "eth_getLogs is limited to 0 - 1024 blocks range",
            Some(1_024),
        ),
        (
            -32000,
            "Please limit the query to at most 500 blocks",
            Some(500),
        ),
        (-32000, "Block range limit exceeded", None),
        (-32000, "query returned more than 10000 results", None),
        (-32602, "Block range is too large", None),
        (-32000, "exceed max block range", None),
        (
            -32000,
            "Too many logs requested. Max logs per response is 20000.",
            Some(20_000),
        ),
        (-32008, "Response size is larger than 150MB limit.", None),
        (-32003, "response too large", None),
        (-32020, "backend response too large", None),
        (35, "", None),
    ];
    for (code, message, blocks) in cases {
        let RpcErrorKind::RangeTooLarge { blocks: stated } = kind(*code, message) else {
            panic!("{message}: {:?}", kind(*code, message));
        };
        assert_eq!(stated, *blocks, "{message}");
    }
    // The text may be in the data instead of the message.
    let text_in_data = json!({"code": -32602, "message": "invalid params",
        "data": {"error_id": "4ed9", "payload": "range 9009594 is bigger than range limit 2000"}});
    assert_eq!(
        RpcError::read(&text_in_data).unwrap().kind,
        RpcErrorKind::RangeTooLarge {
            blocks: Some(2_000)
        }
    );
}

#[test]
fn tells_rate_limits_from_range_limits() {
    for (code, message) in [
        (-32005, "rate limit exceeded"),
        (-32005, "daily request count exceeded, request rate limited"),
        (-32005, "project ID request rate exceeded"),
        (-32005, "Too Many Requests"),
        (-32097, "rate limited"),
        (-32097, ""),
        (429, ""),
        (
            429,
            "Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely \
             ignore this message. If not, check out https://docs.alchemy.com/reference/throughput",
        ),
        (
            429,
            "Monthly capacity limit exceeded. Visit https://dashboard.alchemy.com to upgrade your plan",
        ),
        (
            -32007,
            "50/second request limit reached - reduce calls per second or upgrade your account",
        ),
        (-32003, "daily request limit reached - upgrade your account"),
        (-32016, "over rate limit"),
        (
            -32090,
            "Too many requests, reason: call rate limit exhausted, retry in 10s",
        ),
        (
            -32029,
            "Rate limit exceeded. Max 60 requests per minute per user.",
        ),
        (15, "Too many request, try again later"),
        (-32000, "requests limited to 15/sec"),
        (-32000, "node is at capacity"),
        (-32000, "quota exceeded for block range queries"),
    ] {
        assert_eq!(kind(code, message), RpcErrorKind::RateLimited, "{message}");
    }
    // Status 429 means a rate limit whatever the text is.
    let words = read(-32000, "query returned more than 10000 results");
    assert_eq!(words.with_status(429, None).kind, RpcErrorKind::RateLimited);
}

#[test]
fn reads_wait_from_header_text_or_data() {
    let seconds = |n| Some(Span::seconds(n));
    assert_eq!(
        read(-32090, "call rate limit exhausted, retry in 10s").retry_after,
        seconds(10)
    );
    assert_eq!(
        read(-32090, "rate limit exhausted, retry in 10m0s").retry_after,
        seconds(600)
    );
    assert_eq!(
        read(429, "too many requests, try again in 5 seconds").retry_after,
        seconds(5)
    );
    assert_eq!(
        read(429, "too many requests, try again in 250 ms").retry_after,
        Some(Span::millis(250))
    );
    assert_eq!(
        read(429, "rate limit, retry after 90000 hours").retry_after,
        seconds(3_600)
    );
    assert_eq!(read(429, "too many requests").retry_after, None);
    let infura = json!({"code": -32005, "message": "project ID request rate exceeded",
        "data": {"rate": {"allowed_rps": 1, "backoff_seconds": 30, "current_rps": 1.4}}});
    assert_eq!(RpcError::read(&infura).unwrap().retry_after, seconds(30));
    let by_header = read(429, "too many requests").with_status(200, seconds(7));
    assert_eq!(by_header.retry_after, seconds(7));
}

#[test]
fn distinguishes_other_meanings() {
    use RpcErrorKind::*;
    for (code, message, expected) in [
        (4444, "pruned history unavailable", Pruned),
        (4444, "", Pruned),
        (
            -32000,
            "missing trie node 5f6d (path ) state 0xab is not available",
            Pruned,
        ),
        (-32000, "historical state 0xab is not available", Pruned),
        (-32000, "World state unavailable", Pruned),
        (
            -32000,
            "distance to target block exceeds maximum proof window",
            Pruned,
        ),
        (-32000, "old data not available due to pruning", Pruned),
        (
            -32000,
            "state transitaion failed: seek with txNum=1962853355 but data before txNum=2662500000 is not available",
            Pruned,
        ),
        (
            -32000,
            "height 5 is not available, lowest height is 100",
            Pruned,
        ),
        (-32000, "Archive requests require a personal token", Pruned),
        (
            -32602,
            "block range extends beyond current head block",
            AboveHead,
        ),
        (
            -32000,
            "requested from block 12 after last accepted block 10",
            AboveHead,
        ),
        (-32000, "cannot query unfinalized data", AboveHead),
        (-32602, "toBlock is in the future", AboveHead),
        (-32000, "header not found", UnknownBlock),
        (-32000, "block not found 11185311", UnknownBlock),
        (-39001, "Unknown block", UnknownBlock),
        (
            -32001,
            "One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found.",
            UnknownBlock,
        ),
        (-32000, "query timeout exceeded", TimedOut),
        (
            30,
            "Request timeout on the free tier, please upgrade your tier to the paid one",
            TimedOut,
        ),
        (-32000, "context deadline exceeded", TimedOut),
        (-32005, "limit exceeded", LimitExceeded),
        (-32005, "", LimitExceeded),
        (
            -32000,
            "Unauthorized: You must authenticate your request with an API key",
            NotAllowed,
        ),
        (-32002, "invalid project id", NotAllowed),
        (
            -32601,
            "the method eth_getLogs does not exist/is not available",
            UnsupportedMethod,
        ),
        (-32601, "", UnsupportedMethod),
        (-32000, "the disk is broken", NodeFailure),
        (-32000, "", Other),
        (-32603, "Internal error", Other),
        (-32602, "invalid argument 1: cannot unmarshal object", Other),
        (-32000, "upstream is not available", Other),
    ] {
        assert_eq!(kind(code, message), expected, "{message}");
    }
    for (code, message, calls) in [
        (-32600, "batch too large", None),
        (
            31,
            "Batch of more than 3 requests are not allowed on free tier, to use this feature register paid account",
            Some(3),
        ),
        (-32000, "exceeded max limit of 10 batch requests", Some(10)),
        (-32600, "Batch requests are not supported", None),
    ] {
        assert_eq!(kind(code, message), BatchTooLarge { calls }, "{message}");
    }
}

#[test]
fn uses_status_if_text_has_no_meaning() {
    use RpcErrorKind::*;
    for (status, expected) in [
        (413, RangeTooLarge { blocks: None }),
        (504, TimedOut),
        (403, NotAllowed),
        (402, RateLimited),
        (400, Other),
    ] {
        assert_eq!(
            read(-32000, "no").with_status(status, None).kind,
            expected,
            "{status}"
        );
    }
    // A clear text counts with any status but 429.
    let pruned = read(4444, "pruned history unavailable").with_status(403, None);
    assert_eq!(pruned.kind, Pruned);
}

#[test]
fn reads_errors_of_unusual_form() {
    assert_eq!(RpcError::read(&Value::Null), None);
    for odd in [
        json!({}),
        json!("no"),
        json!(7),
        json!([]),
        json!({"code": 1.5, "message": null}),
    ] {
        let error = RpcError::read(&odd).unwrap();
        assert_eq!(error.kind, RpcErrorKind::Other, "{odd}");
    }
    let in_text = json!({"code": "-32005", "message": ["rate limit exceeded"]});
    let error = RpcError::read(&in_text).unwrap();
    assert_eq!(
        (error.code, error.kind),
        (-32005, RpcErrorKind::RateLimited)
    );
    // Any length and any characters.
    let long = "ä".repeat(100_000) + "rate limit";
    assert_eq!(kind(0, &long), RpcErrorKind::Other);
}
