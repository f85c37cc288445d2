//! Reading an account’s figures, history and payment events.

use super::Detail;
use serde::{Deserialize, Serialize};

/// Reading an account’s figures, history and payment events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum SyncDetail {
    /// The servers did not answer in time.
    SyncTooSlow,
    /// The account has no wallet address.
    NoWalletAddress,
    /// Another wallet address is read by now.
    WalletAddressChanged,
    /// No RPC endpoint has figures of a newer block.
    NoNewerFigures,
    /// The RPC endpoints have blocks without their logs.
    BlocksWithoutLogs,
    /// Which events are missing for good. No RPC endpoint has blocks as old as this.
    EventsPruned { block: String },
    /// The newest events could not be read.
    NewestEventsUnread { why: Box<Detail> },
    /// The events before this block could not be read.
    OlderEventsUnread { block: String, why: Box<Detail> },
}
