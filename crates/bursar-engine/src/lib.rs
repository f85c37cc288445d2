//! The engine's pure half: one account's state, everything that can happen to it, and the function that
//! turns both, with the time and some randomness, into new state, at most one commit, and effects. Nothing
//! here does I/O; the driver applies the commit first and runs the effects only when it stands.

mod account_config;
mod advance_top_up;
mod backfill;
mod backfill_progress;
mod balance_disagreement;
mod clock_jump;
mod command;
mod commit;
mod effect;
mod event;
mod freshness;
mod late_payment;
mod low_balance;
mod poll_interval;
mod poll_outcome;
mod poll_schedule;
mod poll_target;
mod reachability_probe;
mod reconcile;
mod resend;
mod response;
mod server_backoff;
mod state;
mod step;
mod timers;
pub mod top_up;
mod unknown_outcome;

pub use account_config::{AccountConfig, Presence, Thresholds};
pub use backfill_progress::{Backfill, BlockProgress, HistoryProgress};
pub use command::offline;
pub use commit::{Alerts, Write};
pub use effect::{Effect, Request, WatchedPayment};
pub use event::Event;
pub use poll_target::{PollTarget, Server};
pub use response::{
    CatalogueResponse, ChainResponse, HistoryResponse, LatePayment, OpenPaymentsResponse,
};
pub use state::{Disagreement, State};
pub use step::{Step, step};
pub use timers::{ReachabilityProbe, Resend};
