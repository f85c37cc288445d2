//! Since when an account has no money, and which steps of the provider's rules the user has been notified of: that the
//! balance is used up, what will be removed within a day, and what has been removed. Each once for one time without money.

use super::state::State;
use super::step::Step;
use crate::Write;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::debt::{Debt, Removal, StepForecast, StepState, forecast};
use bursar_domain::money::Amount;
use bursar_domain::notice::{Notice, NoticeKind};
use serde::{Deserialize, Serialize};

/// How long before a removal the user is notified.
const NOTICE_AHEAD: Span = Span::days(1);

/// What is known of an account's debt, and what has been reported of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtWatch {
    /// Counts the times without money, to give each notice its own subject.
    pub count: u32,
    /// The present time without money.
    pub without_money: Option<WithoutMoney>,
}

/// A time in which an account has no money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutMoney {
    /// When the balance was last known to be above zero; `None` if that was never read.
    pub last_above_zero: Option<Timestamp>,
    /// The first reading without money.
    pub first_without: Timestamp,
    pub used_up_notified: bool,
    /// How many steps of the rules have been announced, and how many reported as passed.
    pub announced: u8,
    pub passed: u8,
}

impl State {
    /// The steps of the provider's rules for the present debt; `None` without a debt or without rules.
    pub fn debt_forecast(&self, now: Timestamp) -> Option<Vec<StepForecast>> {
        let (api, _) = self.api_balance.as_ref()?;
        let owed = api.owed.as_ref()?;
        self.forecast_of(api, owed, self.alerts.debt.without_money.as_ref()?, now)
    }

    fn forecast_of(
        &self,
        api: &ApiBalance,
        owed: &Amount,
        time: &WithoutMoney,
        now: Timestamp,
    ) -> Option<Vec<StepForecast>> {
        let debt = Debt {
            owed,
            last_above_zero: time.last_above_zero,
            first_without: time.first_without,
            daily_usage: api.daily_usage.as_ref(),
            now,
        };
        forecast(self.config.debt_rules?, &debt)
    }
}

impl Step {
    /// Takes note of a balance before it replaces the last one.
    pub(super) fn watch_debt(&mut self, balance: &ApiBalance, now: Timestamp) {
        if self.state.config.debt_rules.is_none() {
            return;
        }
        let mut watch = self.state.alerts.debt.clone();
        if has_money(balance) {
            watch.without_money = None;
        } else {
            let time = watch.without_money.take().unwrap_or_else(|| {
                watch.count = watch.count.saturating_add(1);
                WithoutMoney {
                    last_above_zero: self
                        .state
                        .api_balance
                        .as_ref()
                        .filter(|(last, _)| has_money(last))
                        .map(|(_, at)| *at),
                    first_without: now,
                    used_up_notified: false,
                    announced: 0,
                    passed: 0,
                }
            });
            watch.without_money = Some(self.report_debt(balance, time, watch.count, now));
        }
        if watch != self.state.alerts.debt {
            self.state.alerts.debt = watch;
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
    }

    /// Reports what is new about a debt.
    fn report_debt(
        &mut self,
        balance: &ApiBalance,
        mut time: WithoutMoney,
        count: u32,
        now: Timestamp,
    ) -> WithoutMoney {
        let Some(owed) = balance.owed.as_ref().filter(|_| self.state.notifies_alerts) else {
            return time;
        };
        if !time.used_up_notified {
            time.used_up_notified = true;
            self.push_debt_notice(
                NoticeKind::BalanceUsedUp,
                format!("debt-{count}"),
                owed,
                now,
            );
        }
        let steps = self.state.forecast_of(balance, owed, &time, now);
        for (index, step) in (0_u8..).zip(steps.unwrap_or_default()) {
            let name = |what: &str| format!("debt-{count}-{what}-{index}");
            let soon = step
                .expected_at()
                .is_some_and(|at| at.since(now) <= NOTICE_AHEAD);
            if step.state == StepState::Passed && time.passed <= index {
                time.passed = index.saturating_add(1);
                time.announced = time.announced.max(time.passed);
                self.push_debt_notice(removed(step.removes), name("passed"), owed, now);
            } else if (soon || step.state == StepState::Possible) && time.announced <= index {
                time.announced = index.saturating_add(1);
                self.push_debt_notice(at_risk(step.removes), name("ahead"), owed, now);
            }
        }
        time
    }

    fn push_debt_notice(
        &mut self,
        kind: NoticeKind,
        subject: String,
        owed: &Amount,
        now: Timestamp,
    ) {
        self.push_notice(Notice {
            amount: Some(owed.clone()),
            ..self.state.new_notice(kind, subject, now)
        });
    }
}

fn has_money(balance: &ApiBalance) -> bool {
    balance.owed.is_none() && !balance.balance.is_zero() && !balance.balance.is_negative()
}

fn at_risk(removal: Removal) -> NoticeKind {
    match removal {
        Removal::MachinesAndAddresses => NoticeKind::MachinesAtRisk,
        Removal::Disks => NoticeKind::DisksAtRisk,
    }
}

fn removed(removal: Removal) -> NoticeKind {
    match removal {
        Removal::MachinesAndAddresses => NoticeKind::MachinesRemoved,
        Removal::Disks => NoticeKind::DisksRemoved,
    }
}
