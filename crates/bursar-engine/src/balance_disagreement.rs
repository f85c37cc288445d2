//! Whether the chain and the provider's API report the same balance.

use super::poll_target::PollTarget;
use super::state::{Disagreement, State};
use super::step::Step;
use crate::Write;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Currency;
use bursar_domain::network::BalanceFrom;
use bursar_domain::notice::{Notice, NoticeKind};

/// Bursar reports a disagreement only after two different readings at least this far apart.
const DISAGREEMENT_GAP: Span = Span::minutes(2);

impl Step {
    pub(super) fn check_balance(&mut self, now: Timestamp) {
        self.state.disagreement = self.state.compare_balances(now);
        self.choose_leader(now);
        self.check_low_balance(now);
    }

    /// Where either figure may lead: the API leads once the two have differed twice, and the chain once they have agreed
    /// twice, as far apart.
    fn choose_leader(&mut self, now: Timestamp) {
        if self.state.config.balance_from != BalanceFrom::Auto {
            return;
        }
        let led = self.state.alerts.api_leads;
        let mut agreed_since = None;
        let leads = match (self.state.disagreement, self.state.agreed_since) {
            (Disagreement::Disagree, _) => true,
            (Disagreement::Agree, Some(first)) if led && now.since(first) >= DISAGREEMENT_GAP => {
                false
            }
            (Disagreement::Agree, first) => {
                agreed_since = Some(first.filter(|first| *first <= now).unwrap_or(now));
                led
            }
            (Disagreement::Once(_) | Disagreement::Unknown, _) => led,
        };
        self.state.agreed_since = agreed_since.filter(|_| leads);
        if leads != led {
            self.state.alerts.api_leads = leads;
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
    }

    /// Notifies the user when the account's unit is another one than before. `before` is the unit before this response.
    pub(super) fn check_unit(&mut self, before: Option<Currency>, now: Timestamp) {
        let (Some(before), Some(unit)) = (before, self.state.leading_unit().cloned()) else {
            return;
        };
        if before == unit || !self.state.notifies_alerts {
            return;
        }
        let subject = format!("unit-{unit}");
        self.push_notice(Notice {
            amount: self.state.spendable().cloned(),
            ..self.state.new_notice(NoticeKind::UnitChanged, subject, now)
        });
    }
}

impl State {
    /// Chain and API disagree if both answer, they differ by more than a day's usage, twice, two minutes apart, and no
    /// open payment explains the difference. Outdated figures are not compared.
    fn compare_balances(&self, now: Timestamp) -> Disagreement {
        let (Some(reading), Some(api)) = (self.current_chain(now), self.current_api(now)) else {
            return Disagreement::Unknown;
        };
        if self.has_live() || !self.answers(PollTarget::Chain) || !self.answers(PollTarget::Balance)
        {
            return match self.disagreement {
                Disagreement::Disagree => Disagreement::Disagree,
                Disagreement::Unknown | Disagreement::Agree | Disagreement::Once(_) => {
                    Disagreement::Unknown
                }
            };
        }
        let differs = api.differs_from(&reading.free).unwrap_or(true);
        if !differs {
            return Disagreement::Agree;
        }
        match self.disagreement {
            Disagreement::Unknown | Disagreement::Agree => Disagreement::Once(now),
            Disagreement::Once(first) if now.since(first) >= DISAGREEMENT_GAP => {
                Disagreement::Disagree
            }
            Disagreement::Once(first) if now < first => Disagreement::Once(now),
            Disagreement::Once(first) => Disagreement::Once(first),
            Disagreement::Disagree => Disagreement::Disagree,
        }
    }
}
