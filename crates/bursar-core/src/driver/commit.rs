//! One step with its commit, and what a failed commit means for the account: the published state is always the one on
//! disk.

use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Error, Result};
use bursar_engine::{Event, PollTarget, State, Step, Write, step};

/// A step whose commit succeeded.
pub(super) struct Committed {
    pub(super) step: Step,
    /// The event's own commit failed, and with it what the event reported.
    pub(super) commit_failed: bool,
}

/// Takes one step and writes its commit. If that fails, the account continues from its previous state and learns of the
/// failure in a step that writes nothing, so nothing else can be lost. `entropy` returns random numbers.
pub(super) async fn step_and_commit<Written>(
    before: &State,
    event: &Event,
    now: Timestamp,
    mut entropy: impl FnMut() -> u64,
    commit: impl FnOnce(Vec<Write>) -> Written,
) -> Committed
where
    Written: Future<Output = Result<()>>,
{
    let after = step(before, event, now, entropy());
    if after.commit.is_empty() {
        return Committed {
            step: after,
            commit_failed: false,
        };
    }
    let account = &before.account;
    match commit(after.commit.clone()).await {
        Ok(()) => {
            tracing::debug!(%account, writes = after.commit.len(), "committed");
            Committed {
                step: after,
                commit_failed: false,
            }
        }
        Err(error) => {
            tracing::warn!(%account, code = ?error.code, "a commit failed");
            Committed {
                step: step(before, &commit_failed_event(event, error), now, entropy()),
                commit_failed: true,
            }
        }
    }
}

/// Whether nothing else repeats what this event reports, so that it must be delivered again if its commit fails.
pub(super) fn needs_redelivery(event: &Event) -> bool {
    matches!(event, Event::CancelAnswered { .. })
}

/// The event that informs an account that the commit of this event failed.
pub(super) fn commit_failed_event(event: &Event, error: Error) -> Event {
    let (command, poll, started_top_up_id) = match event {
        Event::StartTopUp { command, .. }
        | Event::ReopenCheckout { command, .. }
        | Event::CancelTopUp { command, .. }
        | Event::CheckNow { command }
        | Event::RefreshAll { command } => (Some(*command), None, None),
        Event::OpenPayments { .. } => (None, Some(PollTarget::OpenPayments), None),
        Event::History { .. } => (None, Some(PollTarget::History), None),
        Event::Balance(_) => (None, Some(PollTarget::Balance), None),
        Event::Chain(_) => (None, Some(PollTarget::Chain), None),
        Event::Charges(_) => (None, Some(PollTarget::Charges), None),
        Event::Catalogue(_) => (None, Some(PollTarget::Catalogue), None),
        Event::DuePayments(_) => (None, Some(PollTarget::DuePayments), None),
        Event::Started {
            top_up_id: top_up, ..
        } => (None, None, Some(top_up.clone())),
        Event::Tick
        | Event::Presence(_)
        | Event::Viewing(_)
        | Event::Online(_)
        | Event::ClockJumped
        | Event::ProviderClock { .. }
        | Event::Thresholds(_)
        | Event::KeyExpiry(_)
        | Event::SignedIn(_)
        | Event::Reconfigured { .. }
        | Event::ReturnLinkOpened { .. }
        | Event::CancelAnswered { .. }
        | Event::Subscribed(_)
        | Event::ChainActivity
        | Event::Probed { .. }
        | Event::MethodsChanged
        | Event::MethodExpected { .. }
        | Event::MethodReturned
        | Event::OpenCheckoutFailed { .. }
        | Event::SetBackfillPaused { .. }
        | Event::CommitFailed { .. } => (None, None, None),
    };
    Event::CommitFailed {
        command,
        poll,
        started_top_up_id,
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_domain::account::AccountId;
    use bursar_domain::api_balance::ApiBalance;
    use bursar_domain::clock::Span;
    use bursar_domain::error::{Code, InternalDetail, ProviderDetail, SyncDetail};
    use bursar_domain::money::{Amount, Currency};
    use bursar_domain::network::BalanceFrom;
    use bursar_domain::notice::NoticeKind;
    use bursar_domain::payment::{Created, NewPayment, RemotePayment, Status};
    use bursar_domain::payment_rules::Rules;
    use bursar_engine::top_up::TopUp;
    use bursar_engine::{
        AccountConfig, Alerts, Effect, OpenPaymentsResponse, Presence, Thresholds,
    };
    use std::collections::{BTreeMap, HashSet};

    const NOON: Timestamp = Timestamp(1_769_860_800_000);

    /// What is on disk.
    #[derive(Default)]
    struct Disk {
        top_ups: BTreeMap<String, TopUp>,
        alerts: Alerts,
        notices: HashSet<(NoticeKind, String)>,
    }

    impl Disk {
        fn write(&mut self, writes: Vec<Write>) {
            for write in writes {
                match write {
                    Write::TopUp(top_up) => {
                        self.top_ups.insert(top_up.id.clone(), top_up);
                    }
                    Write::DeleteTopUp(id) => {
                        self.top_ups.remove(&id);
                    }
                    Write::Notice(notice) => {
                        self.notices.insert((notice.kind, notice.subject));
                    }
                    Write::Alerts(alerts) => self.alerts = alerts,
                }
            }
        }
    }

    fn usdc(cents: i64) -> Amount {
        Amount::from_cents(cents, Currency::usdc())
    }

    fn payment(status: Status, minute: i64) -> RemotePayment {
        RemotePayment {
            updated_at: NOON.plus(Span::minutes(minute)),
            ..RemotePayment::top_up("p", status, usdc(2_500), NOON)
        }
    }

    fn followed(status: Status, minute: i64) -> Event {
        Event::OpenPayments {
            requested_at: NOON.plus(Span::minutes(minute)),
            answer: Ok(OpenPaymentsResponse {
                payments: vec![payment(status, minute)],
                history_read: true,
                error: None,
            }),
        }
    }

    fn balance(cents: i64) -> Event {
        Event::Balance(Ok(ApiBalance {
            balance: usdc(cents),
            daily_usage: None,
            days_left: None,
            owed: None,
            entitlements: Vec::new(),
        }))
    }

    /// One minute apart. Each of the first ten has something to write, if those before it could.
    fn scenario() -> Vec<Event> {
        let top_up = || "t".to_owned();
        vec![
            Event::StartTopUp {
                command: 1,
                new: NewPayment::top_up(usdc(2_500), "t"),
                link_state: Some("state".to_owned()),
                clock_offset: None,
            },
            Event::Started {
                top_up_id: top_up(),
                answer: Ok(Created {
                    payment_id: "p".to_owned(),
                    intent_id: "i".to_owned(),
                    payment_provider: None,
                    checkout: Some("https://pay.example/p".to_owned()),
                    expires_at: None,
                    payment: None,
                    differs: None,
                }),
            },
            Event::ReturnLinkOpened {
                top_up_id: top_up(),
            },
            balance(400),
            Event::CancelTopUp {
                command: 2,
                top_up_id: top_up(),
            },
            Event::CancelAnswered {
                top_up_id: top_up(),
                answer: Ok(()),
            },
            followed(Status::Cancelled, 6),
            balance(9_000),
            followed(Status::Completed, 8),
            Event::Balance(Err(Error::new(
                Code::Unauthorized,
                ProviderDetail::KeyRejected,
            ))),
            Event::Presence(Presence::Focused),
            Event::Tick,
        ]
    }

    /// A lost answer at a provider that is sent the same again for ten minutes, which are over at the third event.
    fn lost_answer_scenario() -> Vec<Event> {
        vec![
            Event::StartTopUp {
                command: 1,
                new: NewPayment::top_up(usdc(2_500), "t"),
                link_state: None,
                clock_offset: None,
            },
            Event::Started {
                top_up_id: "t".to_owned(),
                answer: Err(Error::passing(Code::Timeout, SyncDetail::SyncTooSlow)),
            },
            Event::Presence(Presence::Focused),
            balance(400),
            Event::Tick,
            followed(Status::Open, 0),
            Event::Tick,
            followed(Status::Completed, 42),
        ]
    }

    /// Goes through a scenario, whose events are so many minutes apart, with these of its commits failing.
    fn run_scenario(scenario: &[Event], minutes: i64, repeatable: bool, fails: u32) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let setup = AccountConfig {
            rules: Rules {
                repeatable_for: repeatable.then(|| Span::minutes(10)),
                ..Rules::default()
            },
            signed_in: true,
            watched_address: None,
            balance_from: BalanceFrom::Chain,
            debt_rules: None,
        };
        let mut state = State::new(AccountId("a".to_owned()), NOON, setup, Vec::new(), NOON);
        state.thresholds = Thresholds {
            days: None,
            amount: Some(usdc(1_000)),
        };
        let mut disk = Disk::default();
        for (index, event) in scenario.iter().enumerate() {
            let now = NOON.plus(Span::minutes(i64::try_from(index).unwrap() * minutes));
            let fail = fails & (1 << index) != 0;
            let mut asked_to_write = false;
            let after = runtime.block_on(step_and_commit(
                &state,
                event,
                now,
                || 0,
                |writes| {
                    asked_to_write = true;
                    assert!(!writes.is_empty());
                    let answer = if fail {
                        Err(Error::new(
                            Code::StorageFailed,
                            InternalDetail::step("write"),
                        ))
                    } else {
                        disk.write(writes);
                        Ok(())
                    };
                    async { answer }
                },
            ));
            assert_eq!(after.commit_failed, fail && asked_to_write);
            state = after.step.state;
            let without_error = |top_up: &TopUp| TopUp {
                error: None,
                ..top_up.clone()
            };
            let published: Vec<_> = state.top_ups.values().map(without_error).collect();
            let kept: Vec<_> = disk.top_ups.values().map(without_error).collect();
            assert_eq!(published, kept, "{fails:b}, after {event:?}");
            assert_eq!(state.alerts, disk.alerts, "{fails:b}, after {event:?}");
            if after.commit_failed {
                let harmless = after.step.effects.iter().all(|effect| match effect {
                    Effect::Reply { answer, .. } => answer.is_err(),
                    Effect::Request(request) => {
                        !matches!(request, bursar_engine::Request::Start { .. })
                    }
                    Effect::Changed(_) => true,
                    Effect::OpenCheckout { .. } | Effect::Notify | Effect::RaiseWindow(_) => false,
                });
                assert!(harmless, "{:?}", after.step.effects);
            }
        }
        assert_eq!(state.presence, Presence::Focused, "no event is lost");
    }

    #[test]
    fn publishes_what_is_on_disk_for_every_order_of_failing_commits() {
        for fails in 0..1 << 12 {
            run_scenario(&scenario(), 1, false, fails);
        }
        for fails in 0..1 << 8 {
            run_scenario(&lost_answer_scenario(), 6, true, fails);
        }
    }

    #[test]
    fn redelivers_only_events_that_nothing_else_repeats() {
        for event in scenario() {
            let again = matches!(event, Event::CancelAnswered { .. });
            assert_eq!(needs_redelivery(&event), again);
        }
    }
}
