//! RPC endpoints, and what they report of the chain.

use super::Detail;
use serde::{Deserialize, Serialize};

/// RPC endpoints, and what they report of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum ChainDetail {
    /// The network names none.
    NoRpcConfigured,
    /// Several failed, each for its own reason.
    NoRpcUsable { each: Vec<Detail> },
    /// Several returned no events, each for its own reason.
    NoRpcGaveEvents { each: Vec<Detail> },
    /// It requires a key, or rejects the one in its address.
    RpcRefused { host: String },
    /// It answered with a JSON-RPC error. The error is its code.
    RpcFailed { host: String, error: String },
    /// Its answer does not fit the request. The part is for reports, in English.
    RpcAnswerInvalid { host: String, part: String },
    /// It serves another chain than the network.
    RpcWrongChain {
        host: String,
        actual: String,
        expected: String,
    },
    /// There is no contract at the configured address.
    RpcNoContract { host: String, address: String },
    /// It does not have the newest blocks yet.
    RpcBehind { host: String },
    /// It has deleted blocks that are this old.
    RpcPruned { host: String },
    /// Two report different events of the same blocks.
    EventsDisagree { first: String, second: String },
    /// One reports that a block was replaced, and another one still has it.
    BlockReplacedByOne {
        gone: String,
        there: String,
        block: String,
    },
    /// One reports that a block was replaced, and there is no other one to confirm it.
    BlockReplacedUnconfirmed { gone: String, block: String },
    /// None has the events of the newest blocks yet.
    NewestEventsNotThere,
    /// They return so few events at once that reading would not end.
    TooFewEventsAtOnce,
    /// No answering endpoint has the block of the newest known figures.
    NewestBlockNotReached { block: String },
    /// That block has been missing for ten minutes, so older figures are shown.
    ChainWentBack { from: String, to: String },
}
