//! A hosted payment page of a top-up: where the payer is, and what was paid. The top-up's own state decides whether the
//! page is open; money that comes later is recorded, but credits nothing.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::coins::{Coin, format_units};
use super::usd;
use crate::money;

/// How long a transfer waits for its confirmation.
const CONFIRMATION_TIME: Duration = Duration::milliseconds(600);

#[derive(Debug)]
pub(crate) struct PaymentPage {
    pub(crate) token: String,
    pub(crate) top_up: Uuid,
    pub(crate) amount_cents: i64,
    pub(crate) fee_cents: i64,
    pub(crate) step: PageStep,
}

#[derive(Debug)]
pub(crate) enum PageStep {
    Crypto(CryptoStep),
    Card(CardStep),
}

/// The crypto page: a coin is chosen, then transfers come.
#[derive(Debug, Default)]
pub(crate) struct CryptoStep {
    pub(crate) deposit: Option<Deposit>,
    pub(crate) transfers: Vec<Transfer>,
}

/// Where to send what.
#[derive(Clone, Debug)]
pub(crate) struct Deposit {
    pub(crate) coin: &'static Coin,
    pub(crate) address: String,
    /// In units of the coin.
    pub(crate) due: u128,
}

#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) transaction: String,
    /// In units of the coin.
    pub(crate) units: u128,
    pub(crate) seen_at: OffsetDateTime,
    pub(crate) confirmed: bool,
    /// Whether it came after the page had ended. Then it counts for nothing.
    pub(crate) late: bool,
}

/// The card page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CardStep {
    pub(crate) state: CardState,
    /// Why the last card was refused. The page stays open for another one.
    pub(crate) refusal: Option<&'static str>,
    pub(crate) refusals: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum CardState {
    #[default]
    Details,
    /// The bank asks its customer; holds the last digits of the card.
    Question {
        last4: String,
    },
    /// The bank has not answered; it approves at that time, or with None when the control API says so.
    Processing {
        until: Option<OffsetDateTime>,
    },
    Paid,
}

impl PaymentPage {
    /// What the payer pays in all, in cents.
    pub(crate) fn total_cents(&self) -> i64 {
        self.amount_cents.saturating_add(self.fee_cents)
    }

    /// `25.25 USD`
    pub(crate) fn total_text(&self) -> String {
        format!("{} USD", usd::format_cents(self.total_cents()))
    }

    pub(crate) fn crypto(&self) -> Option<&CryptoStep> {
        match &self.step {
            PageStep::Crypto(step) => Some(step),
            PageStep::Card(_) => None,
        }
    }

    pub(crate) fn crypto_mut(&mut self) -> Option<&mut CryptoStep> {
        match &mut self.step {
            PageStep::Crypto(step) => Some(step),
            PageStep::Card(_) => None,
        }
    }

    pub(crate) fn card(&self) -> Option<&CardStep> {
        match &self.step {
            PageStep::Card(step) => Some(step),
            PageStep::Crypto(_) => None,
        }
    }

    pub(crate) fn card_mut(&mut self) -> Option<&mut CardStep> {
        match &mut self.step {
            PageStep::Card(step) => Some(step),
            PageStep::Crypto(_) => None,
        }
    }

    /// Chooses the coin, with a new address, unless something was sent already.
    pub(crate) fn choose(&mut self, coin: &'static Coin) {
        let total = money::from_cents(self.total_cents());
        if let Some(step) = self.crypto_mut()
            && step.transfers.is_empty()
        {
            step.deposit = Some(Deposit {
                coin,
                address: coin.new_address(),
                due: coin.price(total),
            });
        }
    }

    /// Whether the whole amount was paid in time and is confirmed.
    pub(crate) fn is_paid(&self) -> bool {
        match &self.step {
            PageStep::Crypto(step) => step.is_paid(),
            PageStep::Card(step) => step.state == CardState::Paid,
        }
    }

    /// Whether a part of the amount was paid in time and is confirmed.
    pub(crate) fn has_part(&self) -> bool {
        self.crypto().is_some_and(|step| step.received() > 0)
    }

    /// Whether money is on its way or has arrived, so that the top-up can no longer be cancelled.
    pub(crate) fn is_started(&self) -> bool {
        self.has_part() || self.is_busy()
    }

    /// Whether something was paid that is not confirmed yet.
    pub(crate) fn is_busy(&self) -> bool {
        match &self.step {
            PageStep::Crypto(step) => step.is_confirming(),
            PageStep::Card(step) => matches!(step.state, CardState::Processing { .. }),
        }
    }

    /// Confirms transfers whose time has come (unless confirmations are held) and lets the bank answer.
    pub(crate) fn catch_up(&mut self, now: OffsetDateTime, hold: bool) {
        match &mut self.step {
            PageStep::Crypto(step) if !hold => {
                for transfer in &mut step.transfers {
                    transfer.confirmed |= transfer.seen_at + CONFIRMATION_TIME <= now;
                }
            }
            PageStep::Crypto(_) => {}
            PageStep::Card(step) => {
                if let CardState::Processing { until: Some(until) } = step.state
                    && until <= now
                {
                    step.state = CardState::Paid;
                }
            }
        }
    }
}

impl CryptoStep {
    /// Transfers that came while the page was open.
    fn counted(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.iter().filter(|transfer| !transfer.late)
    }

    /// What was confirmed, in units of the coin.
    pub(crate) fn received(&self) -> u128 {
        self.counted()
            .filter(|transfer| transfer.confirmed)
            .map(|transfer| transfer.units)
            .sum()
    }

    /// What is still to be sent. Transfers that are not confirmed yet count as sent.
    pub(crate) fn missing(&self) -> u128 {
        let sent: u128 = self.counted().map(|transfer| transfer.units).sum();
        let due = self.deposit.as_ref().map_or(0, |deposit| deposit.due);
        due.saturating_sub(sent)
    }

    pub(crate) fn is_confirming(&self) -> bool {
        self.counted().any(|transfer| !transfer.confirmed)
    }

    fn is_paid(&self) -> bool {
        let due = self.deposit.as_ref().map(|deposit| deposit.due);
        due.is_some_and(|due| self.received() >= due)
    }
}

impl Deposit {
    /// `25.25 USDC`
    pub(crate) fn text(&self, units: u128) -> String {
        format!("{} {}", format_units(units), self.coin.symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    fn page() -> PaymentPage {
        PaymentPage {
            token: "1".to_owned(),
            top_up: Uuid::nil(),
            amount_cents: 2_500,
            fee_cents: 25,
            step: PageStep::Crypto(CryptoStep::default()),
        }
    }

    fn transfer(units: u128, late: bool) -> Transfer {
        Transfer {
            transaction: "0x1".to_owned(),
            units,
            seen_at: NOW,
            confirmed: false,
            late,
        }
    }

    #[test]
    fn only_confirmed_transfers_in_time_pay() {
        let mut page = page();
        page.choose(Coin::find("usdc", "polygon").unwrap());
        let due = page.crypto().unwrap().deposit.clone().unwrap().due;
        assert_eq!(due, 2_525_000_000);
        let send = |page: &mut PaymentPage, units, late| {
            let step = page.crypto_mut().unwrap();
            step.transfers.push(transfer(units, late));
        };
        send(&mut page, due, true);
        send(&mut page, 1_000_000_000, false);
        page.catch_up(NOW + CONFIRMATION_TIME, false);
        let step = page.crypto().unwrap();
        assert_eq!(step.received(), 1_000_000_000);
        assert_eq!(step.missing(), 1_525_000_000);
        send(&mut page, 1_525_000_000, false);
        page.catch_up(NOW + CONFIRMATION_TIME, true);
        assert!(!page.is_paid() && page.crypto().unwrap().is_confirming());
        page.catch_up(NOW + CONFIRMATION_TIME, false);
        assert!(page.is_paid());
    }

    #[test]
    fn coin_stays_once_something_was_sent() {
        let mut page = page();
        page.choose(Coin::find("usdc", "polygon").unwrap());
        page.choose(Coin::find("btc", "bitcoin").unwrap());
        page.crypto_mut()
            .unwrap()
            .transfers
            .push(transfer(1, false));
        page.choose(Coin::find("eth", "ethereum").unwrap());
        let deposit = page.crypto().unwrap().deposit.clone().unwrap();
        assert_eq!(deposit.coin.code, "btc");
    }
}
