//! What can happen next: to requests in flight, by the user, by a crash, and by the passing of time.

use super::{World, amount, setup};
use bursar_domain::account::AccountId;
use bursar_domain::clock::Span;
use bursar_domain::payment::NewPayment;
use bursar_engine::top_up::TopUp;
use bursar_engine::{Event, State};
use rand::Rng;

impl World {
    fn fly_one(&mut self, honest: bool) {
        if self.flying.is_empty() {
            return;
        }
        let index = self.random.random_range(0..self.flying.len());
        let (request, requested_at) = self.flying.swap_remove(index);
        if !honest && self.chance(15) {
            // Lost on the way there, or on the way back.
            if self.chance(50) {
                let _ = self.serve(&request, requested_at);
            }
            self.answers.push(Self::lost(request, requested_at));
            return;
        }
        let answer = self.serve(&request, requested_at);
        self.answers.push(answer);
    }

    fn answer_one(&mut self) {
        if self.answers.is_empty() {
            return;
        }
        let index = self.random.random_range(0..self.answers.len());
        let event = self.answers.swap_remove(index);
        self.book(&event);
        self.happen(event);
    }

    fn crash(&mut self) {
        // Some requests in flight still reach the server.
        for (request, requested_at) in std::mem::take(&mut self.flying) {
            if self.chance(50) {
                let _ = self.serve(&request, requested_at);
            }
        }
        self.answers.clear();
        let kept: Vec<TopUp> = self.top_ups.values().cloned().collect();
        self.state = State::new(
            AccountId("a".into()),
            self.state.connected_at,
            setup(self.rules),
            kept,
            self.now,
        );
        self.state.alerts = self.alerts.clone();
        self.happen(Event::Tick);
    }

    fn user_acts(&mut self) {
        self.command += 1;
        let command = self.command;
        let event = match self.random.random_range(0..6) {
            0..=2 => {
                let cents = if self.chance(50) { 1_000 } else { 2_500 };
                // Now and then the same form is submitted twice.
                let attempt = if self.chance(20) {
                    command - 1
                } else {
                    command
                };
                Event::StartTopUp {
                    command,
                    new: NewPayment::top_up(amount(cents), format!("t{attempt}")),
                    link_state: None,
                    clock_offset: self.tells_time.then_some(self.ahead),
                }
            }
            3 => match self.state.top_ups.keys().next().cloned() {
                Some(top_up) => Event::CancelTopUp {
                    command,
                    top_up_id: top_up,
                },
                None => Event::Tick,
            },
            4 => Event::CheckNow { command },
            _ => match self.state.top_ups.keys().next().cloned() {
                Some(top_up) => Event::ReturnLinkOpened { top_up_id: top_up },
                None => Event::Tick,
            },
        };
        self.happen(event);
    }

    pub(super) fn anything(&mut self) {
        match self.random.random_range(0..100) {
            0..=9 => self.user_acts(),
            10..=34 => self.fly_one(false),
            35..=64 => self.answer_one(),
            65..=71 => self.provider_moves(),
            72..=75 => self.chain_moves(),
            76 => self.crash(),
            77 => self.fail_next_commit = true,
            78 => {
                let value = if self.chance(50) {
                    amount(1_000)
                } else {
                    amount(2_500)
                };
                let _ = self.create(&value);
            }
            _ => {
                let seconds = if self.chance(2) {
                    7_200
                } else {
                    self.random.random_range(0..20)
                };
                self.now = self.now.plus(Span::seconds(seconds));
                self.happen(Event::Tick);
            }
        }
    }

    /// The faults end; everything is answered until nothing changes any more.
    pub(super) fn settle(&mut self) {
        self.fail_next_commit = false;
        for _ in 0..400 {
            while !self.flying.is_empty() {
                self.fly_one(true);
            }
            while !self.answers.is_empty() {
                self.answer_one();
            }
            self.now = self.now.plus(Span::seconds(13));
            self.happen(Event::Tick);
        }
    }
}
