//! Everything that the sandbox keeps of today's Fluence: a ledger for each user and the payment pages of the top-ups.
//! Time passes here whenever somebody looks.

use std::collections::HashMap;

use time::OffsetDateTime;
use uuid::Uuid;

use super::era::Era;
use super::ledger::Ledger;
use super::payment_page::PaymentPage;
use crate::console::state::{ConsoleState, TopUpStatus};

#[derive(Debug, Default)]
pub(crate) struct Books {
    ledgers: HashMap<Uuid, Ledger>,
    /// By top-up.
    pages: HashMap<Uuid, PaymentPage>,
    top_ups_by_token: HashMap<String, Uuid>,
}

impl Books {
    pub(crate) fn ledger(&self, user: Uuid) -> Option<&Ledger> {
        self.ledgers.get(&user)
    }

    pub(crate) fn ledger_mut(&mut self, user: Uuid) -> Option<&mut Ledger> {
        self.ledgers.get_mut(&user)
    }

    pub(crate) fn insert_ledger(&mut self, user: Uuid, ledger: Ledger) {
        self.ledgers.insert(user, ledger);
    }

    pub(crate) fn page(&self, top_up: Uuid) -> Option<&PaymentPage> {
        self.pages.get(&top_up)
    }

    pub(crate) fn page_mut(&mut self, top_up: Uuid) -> Option<&mut PaymentPage> {
        self.pages.get_mut(&top_up)
    }

    pub(crate) fn top_up_of_token(&self, token: &str) -> Option<Uuid> {
        self.top_ups_by_token.get(token).copied()
    }

    pub(crate) fn insert_page(&mut self, page: PaymentPage) {
        self.top_ups_by_token
            .insert(page.token.clone(), page.top_up);
        self.pages.insert(page.top_up, page);
    }
}

impl ConsoleState {
    /// Lets everything happen that is due by now: charges, removals, confirmations, and the end of unpaid top-ups.
    pub(crate) fn catch_up(&mut self, now: OffsetDateTime, hold_confirmations: bool) {
        let users: Vec<Uuid> = self
            .users
            .iter()
            .filter(|user| user.era == Era::Today)
            .map(|user| user.id)
            .collect();
        for user in users {
            if let Some(ledger) = self.today.ledger_mut(user) {
                ledger.catch_up(now);
            }
        }
        for top_up in self.open_ids() {
            self.catch_up_page(top_up, now, hold_confirmations);
        }
    }

    fn catch_up_page(&mut self, id: Uuid, now: OffsetDateTime, hold_confirmations: bool) {
        let Some(page) = self.today.page_mut(id) else {
            return;
        };
        page.catch_up(now, hold_confirmations);
        let (is_paid, has_part, is_busy) = (page.is_paid(), page.has_part(), page.is_busy());
        let is_over = self.top_up(id).is_some_and(|top_up| {
            top_up.status == TopUpStatus::Created
                && top_up
                    .expires_at
                    .is_some_and(|expires_at| expires_at <= now)
        });
        if is_paid {
            self.mark_paid(id, now);
        } else if is_over && has_part && !is_busy {
            // Money arrived, but not enough: a person has to look at it.
            self.set_status(id, TopUpStatus::AmlFailed, now);
        } else if is_over && !is_busy {
            self.set_status(id, TopUpStatus::Expired, now);
        }
    }
}
