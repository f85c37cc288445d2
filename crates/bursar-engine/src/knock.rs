//! Finding out soon that a server is back without asking it anything: while one cannot be reached and somebody waits, a
//! bare connection is tried every few seconds. Only where a connection stands that was refused before is the
//! server asked at once; a server that takes connections and answers nothing waits for its back-off.

use super::event::{Effect, Poll, Request, Server};
use super::state::{Presence, State};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;

/// From the end of one try to the next.
const PAUSE: Span = Span::seconds(2);

/// How it stands with knocking at a server that could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knock {
    due: Timestamp,
    in_flight: bool,
    /// The last try found nobody.
    closed: bool,
    /// A knock has led to the request that is out now, or to the last one.
    asked: bool,
    /// Such a request failed: the next one comes by itself, so that a door that opens and shuts is not run through.
    spent: bool,
}

impl State {
    /// Books that a request failed for want of an answer.
    pub(super) fn expect_knock(&mut self, server: Server, code: Code, now: Timestamp) {
        if !may_be_gone(code) {
            self.knocks.remove(&server);
            return;
        }
        let before = self.knocks.get(&server).copied();
        let knock = Knock {
            due: now.plus(PAUSE),
            in_flight: before.is_some_and(|knock| knock.in_flight),
            closed: before.is_some_and(|knock| knock.closed),
            asked: false,
            spent: before.is_some_and(|knock| knock.asked),
        };
        self.knocks.insert(server, knock);
    }

    pub(super) fn next_knock(&self) -> Option<Timestamp> {
        Server::ALL
            .into_iter()
            .filter_map(|server| self.knock_due(server))
            .min()
    }

    /// When the server is knocked at next, if it is.
    fn knock_due(&self, server: Server) -> Option<Timestamp> {
        let knock = self.knocks.get(&server)?;
        let gate = self.gate(server);
        let somebody_waits = self.presence != Presence::Tray || self.has_live();
        let in_time = knock.due < gate.closed_until && knock.due >= gate.asked_until;
        (self.online && somebody_waits && in_time && !knock.in_flight && !knock.spent)
            .then_some(knock.due)
    }

    pub(super) fn knock_where_due(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for server in Server::ALL {
            if self.knock_due(server).is_none_or(|due| due > now) {
                continue;
            }
            if let Some(knock) = self.knocks.get_mut(&server) {
                knock.in_flight = true;
                effects.push(Effect::Request(Request::Knock(server)));
            }
        }
        effects
    }

    /// Books what a knock found.
    pub(super) fn knocked(&mut self, server: Server, open: bool, now: Timestamp) {
        let Some(knock) = self.knocks.get_mut(&server) else {
            return;
        };
        let came_back = open && knock.closed && !knock.asked && !knock.spent;
        knock.in_flight = false;
        knock.closed = !open;
        knock.due = now.plus(PAUSE);
        knock.asked |= came_back;
        if !came_back {
            return;
        }
        let mut gate = self.gate(server);
        gate.closed_until = gate.asked_until.min(gate.closed_until);
        self.gates.insert(server, gate);
        let polls: Vec<_> = Poll::ALL
            .into_iter()
            .filter(|poll| poll.server() == server)
            .collect();
        self.make_due(&polls, now);
    }
}

/// Whether nobody may be there at all; a server that refuses or is overrun is there.
fn may_be_gone(code: Code) -> bool {
    matches!(
        code,
        Code::Timeout | Code::Unreachable | Code::ChainUnavailable
    )
}
