//! The lifecycle of payments and methods: payments on a page or by debit, answers of the payment systems, expiry, and
//! the effect of each status on the balance and the services.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::instrument::{Instrument, Outcome};
use super::method::{Method, MethodKind, SavedMethod, SavedMethodStatus};
use super::payment::{Purpose, Reason, ReasonCode, Status, Step};
use super::service::{Expense, Service, add_months};
use super::state::{Account, Panel};

impl Panel {
    /// Applies everything that is due by now.
    pub(crate) fn catch_up(&mut self, now: OffsetDateTime) {
        for account in &mut self.accounts {
            account.catch_up(now);
        }
    }
}

impl Account {
    fn catch_up(&mut self, now: OffsetDateTime) {
        self.charge_days(now);
        self.settle_payments(now);
        self.settle_methods(now);
    }

    /// Charges the running servers for each day since the last charge, as far as the balance allows.
    fn charge_days(&mut self, now: OffsetDateTime) {
        while self.charged_to < now.date() {
            let day = self.charged_to;
            for running in self.running.clone() {
                let minor = running.daily.min(self.balance);
                self.balance -= minor;
                self.record_expense(Expense {
                    date: day,
                    service: running.id,
                    name: running.name,
                    tariff: running.tariff,
                    minor,
                    discount: running.discount,
                });
            }
            let Some(next) = day.next_day() else { return };
            self.charged_to = next;
        }
    }

    fn settle_payments(&mut self, now: OffsetDateTime) {
        for id in self.open.clone() {
            let Some(payment) = self.payment(&id) else {
                continue;
            };
            let expired = payment.open_page().filter(|page| page.expires_at <= now);
            if let Some(page) = expired {
                let at = page.expires_at;
                self.set_status(
                    &id,
                    Status::Cancelled,
                    Some(ReasonCode::Expired.reason()),
                    at,
                );
                continue;
            }
            let due = payment
                .scheduled_outcome
                .filter(|(at, _)| payment.status == Status::Processing && *at <= now);
            if let Some((at, outcome)) = due
                && !self.behaviour.hold_debits
            {
                self.settle(&id, outcome, at.max(now));
            }
        }
    }

    fn settle_methods(&mut self, now: OffsetDateTime) {
        let is_held = self.behaviour.hold_confirmations;
        let are_refused = self.behaviour.refuse_confirmations;
        let mut confirmed = Vec::new();
        for method in &mut self.methods {
            let id = method.id.clone();
            let Some(saved) = method
                .saved_mut()
                .filter(|saved| saved.status == SavedMethodStatus::Pending)
            else {
                continue;
            };
            if saved.open_page().is_some_and(|page| page.expires_at <= now) {
                saved.fail(ReasonCode::Expired);
            } else if !is_held && saved.confirms_at.is_some_and(|at| at <= now) {
                if are_refused {
                    saved.fail(ReasonCode::Declined);
                } else {
                    confirmed.push(id);
                }
            }
        }
        for id in confirmed {
            self.confirm_method(&id);
        }
    }

    pub(crate) fn confirm_method(&mut self, id: &str) {
        let Some(method) = self.method_mut(id) else {
            return;
        };
        let payer = method.payer.clone();
        if let Some(saved) = method.saved_mut() {
            saved.status = SavedMethodStatus::Confirmed;
            saved.reason = None;
        }
        let is_first = !self.methods.iter().any(|other| {
            other.id != id
                && other.payer == payer
                && other
                    .saved()
                    .is_some_and(|saved| saved.status == SavedMethodStatus::Confirmed)
        });
        if is_first {
            self.make_default(id);
        }
    }

    /// Sets a payment's status and applies its effects.
    pub(crate) fn set_status(
        &mut self,
        id: &str,
        status: Status,
        reason: Option<Reason>,
        now: OffsetDateTime,
    ) {
        let Some(payment) = self.payment_mut(id) else {
            return;
        };
        payment.status = status;
        payment.reason = status
            .has_reason()
            .then(|| reason.unwrap_or_else(|| default_reason(status).reason()));
        payment.updated_at = now;
        payment.scheduled_outcome = None;
        if status == Status::Paid {
            payment.paid_at = payment.paid_at.or(Some(now));
        }
        if status.is_open() {
            self.open.insert(id.to_owned());
        } else {
            self.open.remove(id);
        }
        self.apply_status_effects(id, now);
    }

    /// A top-up counts towards the balance exactly while its status says so. Any other purchase is fulfilled once.
    fn apply_status_effects(&mut self, id: &str, now: OffsetDateTime) {
        let Some(payment) = self.payment_mut(id) else {
            return;
        };
        let (is_credited, fulfilled, minor) = (
            payment.status.is_credited(),
            payment.fulfilled,
            payment.minor,
        );
        let is_top_up = matches!(payment.purpose, Purpose::TopUp);
        payment.fulfilled = is_credited || (fulfilled && !is_top_up);
        if is_top_up && is_credited && !fulfilled {
            self.balance = self.balance.saturating_add(minor);
        } else if is_top_up && fulfilled && !is_credited {
            self.balance = self.balance.saturating_sub(minor);
        } else if is_credited && !fulfilled {
            self.fulfil_services(id, now);
        }
    }

    fn fulfil_services(&mut self, id: &str, now: OffsetDateTime) {
        let Some((mut purpose, minor)) = self
            .payment(id)
            .map(|payment| (payment.purpose.clone(), payment.minor))
        else {
            return;
        };
        match &mut purpose {
            Purpose::TopUp => {}
            Purpose::Renewal(items) => {
                for item in items {
                    let service = self
                        .services
                        .iter_mut()
                        .find(|service| service.id == item.service);
                    if let Some(service) = service {
                        service.due_at = add_months(service.due_at, item.months);
                        item.until = service.due_at;
                    }
                    self.record_expense(Expense {
                        date: now.date(),
                        service: item.service.clone(),
                        name: item.name.clone(),
                        tariff: item.tariff.clone(),
                        minor: item.minor,
                        discount: item.discount,
                    });
                }
            }
            Purpose::Migration(ordered) => {
                ordered.until = add_months(now, ordered.months);
                let monthly = self
                    .migrations
                    .iter()
                    .find(|migration| migration.id == ordered.order)
                    .map_or(0, |migration| migration.monthly);
                self.migrations
                    .retain(|migration| migration.id != ordered.order);
                self.services.push(Service {
                    id: ordered.server.id.clone(),
                    name: ordered.server.name.clone(),
                    tariff: "Dedicated".to_owned(),
                    monthly,
                    due_at: ordered.until,
                });
                self.record_expense(Expense {
                    date: now.date(),
                    service: ordered.server.id.clone(),
                    name: ordered.server.name.clone(),
                    tariff: "Dedicated".to_owned(),
                    minor,
                    discount: ordered.discount,
                });
            }
        }
        if let Some(payment) = self.payment_mut(id) {
            payment.purpose = purpose;
        }
    }

    /// Applies the payment system's answer to a payment that is processing.
    pub(crate) fn settle(&mut self, id: &str, outcome: Outcome, now: OffsetDateTime) {
        match outcome {
            Outcome::Approve | Outcome::Slow => self.set_status(id, Status::Paid, None, now),
            Outcome::Refuse(code) => {
                self.set_status(id, Status::Cancelled, Some(code.reason()), now)
            }
            Outcome::Confirm => self.set_status(
                id,
                Status::Cancelled,
                Some(ReasonCode::ConfirmationFailed.reason()),
                now,
            ),
            Outcome::Hang => {
                if let Some(payment) = self.payment_mut(id) {
                    payment.scheduled_outcome = None;
                }
            }
            Outcome::Suspect => self.set_status(id, Status::Fraudulent, None, now),
        }
    }

    /// The user pays with this instrument on the payment's page; `outcome` is the bank's answer.
    pub(crate) fn pay_on_page(
        &mut self,
        id: &str,
        instrument: &Instrument,
        outcome: Outcome,
        save: bool,
        now: OffsetDateTime,
    ) {
        let slow_delay = Duration::milliseconds(i64::from(self.behaviour.debit_ms) * 5);
        match outcome {
            Outcome::Confirm => {
                if let Some(page) = self
                    .payment_mut(id)
                    .and_then(|payment| payment.page.as_mut())
                {
                    page.step = Step::Confirm {
                        card: instrument.clone(),
                        save,
                    };
                }
                return;
            }
            Outcome::Slow | Outcome::Hang => {
                self.set_status(id, Status::Processing, None, now);
                if let Some(payment) = self.payment_mut(id) {
                    payment.scheduled_outcome =
                        (outcome == Outcome::Slow).then_some((now + slow_delay, Outcome::Approve));
                }
            }
            Outcome::Approve | Outcome::Refuse(_) | Outcome::Suspect => {
                self.settle(id, outcome, now);
            }
        }
        if save && !matches!(outcome, Outcome::Refuse(_)) {
            self.save_method_from_payment(id, instrument, now);
        }
    }

    fn save_method_from_payment(
        &mut self,
        payment: &str,
        instrument: &Instrument,
        now: OffsetDateTime,
    ) {
        let confirms_at = now + Duration::milliseconds(i64::from(self.behaviour.confirm_ms));
        let Some(payment) = self.payment_mut(payment) else {
            return;
        };
        let id = super::new_id("mth");
        payment.saved_method = Some(id.clone());
        let payer = payment.payer.id.clone();
        let mut saved = SavedMethod::pending(instrument.system, now);
        saved.instrument = Some(instrument.clone());
        saved.confirms_at = Some(confirms_at);
        self.methods.push(Method {
            id,
            payer,
            kind: MethodKind::SavedMethod(saved),
        });
    }

    /// The user enters the details of a new method on its page.
    pub(crate) fn submit_method_details(
        &mut self,
        id: &str,
        instrument: &Instrument,
        outcome: Outcome,
        now: OffsetDateTime,
    ) {
        let confirms_at = now + Duration::milliseconds(i64::from(self.behaviour.confirm_ms));
        let Some(saved) = self.method_mut(id).and_then(Method::saved_mut) else {
            return;
        };
        match outcome {
            Outcome::Confirm => {
                if let Some(page) = &mut saved.page {
                    page.step = Step::Confirm {
                        card: instrument.clone(),
                        save: true,
                    };
                }
            }
            Outcome::Refuse(code) => {
                saved.instrument = Some(instrument.clone());
                saved.fail(code);
            }
            Outcome::Approve | Outcome::Slow | Outcome::Suspect => {
                saved.instrument = Some(instrument.clone());
                saved.confirms_at = Some(confirms_at);
            }
            // Stays pending until the control API settles it.
            Outcome::Hang => saved.instrument = Some(instrument.clone()),
        }
    }

    /// Debits a saved method for a new payment.
    pub(crate) fn debit(&mut self, id: &str, outcome: Outcome, now: OffsetDateTime) {
        let at = now + Duration::milliseconds(i64::from(self.behaviour.debit_ms));
        self.set_status(id, Status::Processing, None, now);
        if let Some(payment) = self.payment_mut(id) {
            payment.scheduled_outcome = (outcome != Outcome::Hang).then_some((at, outcome));
        }
    }

    /// Removes a method. Payments keep its name.
    pub(crate) fn remove_method(&mut self, id: &str) {
        self.methods.retain(|method| method.id != id);
        let payment_ids: Vec<String> = self
            .payments()
            .values()
            .filter(|payment| payment.saved_method.as_deref() == Some(id))
            .map(|payment| payment.id.clone())
            .collect();
        for payment in payment_ids {
            if let Some(payment) = self.payment_mut(&payment) {
                payment.saved_method = None;
            }
        }
    }

    pub(crate) fn payer_snapshot(&self, id: &str) -> Option<Arc<super::payment::PayerSnapshot>> {
        let payer = self.payer(id)?;
        Some(Arc::new(super::payment::PayerSnapshot {
            id: payer.id.clone(),
            name: payer.name.clone(),
        }))
    }
}

impl SavedMethod {
    pub(crate) fn fail(&mut self, code: ReasonCode) {
        self.status = SavedMethodStatus::Failed;
        self.reason = Some(code.reason());
        self.is_default = false;
    }
}

fn default_reason(status: Status) -> ReasonCode {
    match status {
        Status::Fraudulent => ReasonCode::FraudSuspected,
        Status::Cancelled => ReasonCode::CancelledByProvider,
        Status::New
        | Status::Processing
        | Status::Trusted
        | Status::Paid
        | Status::WaitingRefund
        | Status::Refunded => ReasonCode::Other,
    }
}
