//! What a step whose commit failed means for its account.

use crate::engine::{Event, Poll};
use crate::error::Error;

/// The event that tells an account that the commit of this one failed.
pub(super) fn lost(event: &Event, error: Error) -> Event {
    let (command, poll, started) = match event {
        Event::StartTopUp { command, .. }
        | Event::ReturnToPayment { command, .. }
        | Event::CancelTopUp { command, .. }
        | Event::CheckNow { command }
        | Event::RefreshAll { command } => (Some(*command), None, None),
        Event::Followed { .. } => (None, Some(Poll::Follow), None),
        Event::History { .. } => (None, Some(Poll::History), None),
        Event::Balance(_) => (None, Some(Poll::Balance), None),
        Event::Chain(_) => (None, Some(Poll::Chain), None),
        Event::Charges(_) => (None, Some(Poll::Charges), None),
        Event::Catalogue(_) => (None, Some(Poll::Catalogue), None),
        Event::Dues(_) => (None, Some(Poll::Dues), None),
        Event::Started { top_up, .. } => (None, None, Some(top_up.clone())),
        Event::Tick
        | Event::Presence(_)
        | Event::Viewing(_)
        | Event::Online(_)
        | Event::Woke
        | Event::Thresholds(_)
        | Event::SignedIn(_)
        | Event::Reconfigured { .. }
        | Event::Returned { .. }
        | Event::CancelAnswered { .. }
        | Event::Subscribed(_)
        | Event::ChainStirred
        | Event::Knocked { .. }
        | Event::MethodsStirred
        | Event::MethodExpected { .. }
        | Event::MethodReturned
        | Event::OpenFailed { .. }
        | Event::Past { .. }
        | Event::CommitFailed { .. } => (None, None, None),
    };
    Event::CommitFailed {
        command,
        poll,
        started,
        error,
    }
}
