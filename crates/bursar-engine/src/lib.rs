//! The engine: a pure function from an account's state and an event to a new state, at most one commit, and effects.
//! Time and randomness are passed in, and nothing here does I/O. It promises that one click never pays twice, that a
//! request leaves only after its intent is on disk, and that a payment is complete only if the provider or the chain
//! says so. The driver applies the commit first, and runs the effects only once it is on disk.

mod account_config;
mod advance_top_up;
mod backfill;
mod backfill_progress;
mod balance_disagreement;
mod clock_jump;
mod command;
mod commit;
mod debt_watch;
mod effect;
mod event;
mod freshness;
mod key_expiry_watch;
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
pub use debt_watch::{DebtWatch, WithoutMoney};
pub use effect::{Effect, Request, WatchedPayment};
pub use event::Event;
pub use poll_target::{PollTarget, Server};
pub use response::{
    CatalogueResponse, ChainResponse, HistoryResponse, LatePayment, OpenPaymentsResponse,
};
pub use state::{Disagreement, State};
pub use step::{Step, step};
pub use timers::{ReachabilityProbe, Resend};
