//! The engine's pure half: one account's state, everything that can happen to it, and the function that
//! turns both, with the time and some randomness, into new state, at most one commit, and effects. Nothing
//! here does I/O; the driver applies the commit first and runs the effects only when it stands.

mod answer;
mod clock_jump;
mod command;
mod commit;
mod event;
mod freshness;
mod heard;
mod knock;
mod late;
mod lost;
mod money_watch;
mod past;
mod repeat;
mod schedule;
mod state;
mod step;
pub mod top_up;

pub use answer::{
    CatalogueResponse, ChainResponse, HistoryResponse, LatePayment, OpenPaymentsResponse,
};
pub use command::offline;
pub use commit::{Alerts, Write};
pub use event::{Effect, Event, PollTarget, Request, Server, WatchedPayment};
pub use knock::ReachabilityProbe;
pub use past::{Backfill, BlockProgress, HistoryProgress};
pub use state::{AccountConfig, Disagreement, Presence, Resend, State, Thresholds};
pub use step::{Step, step};
