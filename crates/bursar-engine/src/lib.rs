//! The engine's pure half: one account's state, everything that can happen to it, and the function that
//! turns both, with the time and some randomness, into new state, at most one commit, and effects. Nothing
//! here does I/O; the driver applies the commit first and runs the effects only when it stands.

mod backfill;
mod clock_jump;
mod command;
mod commit;
mod event;
mod freshness;
mod late_payment;
mod money_watch;
mod poll_schedule;
mod reachability_probe;
mod reconcile;
mod resend;
mod response;
mod state;
mod step;
pub mod top_up;
mod unknown_outcome;

pub use backfill::{Backfill, BlockProgress, HistoryProgress};
pub use command::offline;
pub use commit::{Alerts, Write};
pub use event::{Effect, Event, PollTarget, Request, Server, WatchedPayment};
pub use reachability_probe::ReachabilityProbe;
pub use response::{
    CatalogueResponse, ChainResponse, HistoryResponse, LatePayment, OpenPaymentsResponse,
};
pub use state::{AccountConfig, Disagreement, Presence, Resend, State, Thresholds};
pub use step::{Step, step};
