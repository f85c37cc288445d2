//! Payers and their payment methods: by invoice, through a payment system, or with a saved method, which is pending
//! until it is confirmed.

use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::instrument::{Instrument, Outcome, PaymentSystem};
use super::payment::{MethodSnapshot, Page, Reason};
use crate::clock::rfc3339;

#[derive(Clone, Debug)]
pub(crate) struct Payer {
    pub(crate) id: String,
    pub(crate) is_company: bool,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) is_default: bool,
}

impl Payer {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "kind": if self.is_company { "company" } else { "person" }, "name": self.name,
            "email": self.email, "country": self.country, "is_default": self.is_default,
        })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) payer: String,
    pub(crate) kind: MethodKind,
}

#[derive(Clone, Debug)]
pub(crate) enum MethodKind {
    Invoice,
    PaymentSystem(PaymentSystem),
    SavedMethod(SavedMethod),
}

#[derive(Clone, Debug)]
pub(crate) struct SavedMethod {
    pub(crate) system: PaymentSystem,
    pub(crate) status: SavedMethodStatus,
    pub(crate) reason: Option<Reason>,
    /// None until the user has entered the details.
    pub(crate) instrument: Option<Instrument>,
    pub(crate) is_default: bool,
    pub(crate) created_at: OffsetDateTime,
    /// When the payment system confirms or refuses it.
    pub(crate) confirms_at: Option<OffsetDateTime>,
    /// The hosted page, if the method is added without a payment.
    pub(crate) page: Option<Page>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SavedMethodStatus {
    Pending,
    Confirmed,
    Failed,
}

impl SavedMethodStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
        }
    }
}

impl SavedMethod {
    /// A pending method without details.
    pub(crate) fn pending(system: PaymentSystem, created_at: OffsetDateTime) -> Self {
        Self {
            system,
            status: SavedMethodStatus::Pending,
            reason: None,
            instrument: None,
            is_default: false,
            created_at,
            confirms_at: None,
            page: None,
        }
    }

    /// The page, while it waits for the details.
    pub(crate) fn open_page(&self) -> Option<&Page> {
        self.page
            .as_ref()
            .filter(|_| self.status == SavedMethodStatus::Pending && self.instrument.is_none())
    }

    pub(crate) fn debit_outcome(&self) -> Outcome {
        self.instrument
            .as_ref()
            .map_or(Outcome::Approve, |instrument| instrument.debit_outcome)
    }

    fn name(&self) -> String {
        let Some(instrument) = &self.instrument else {
            return match self.system {
                PaymentSystem::Card => "New card".to_owned(),
                PaymentSystem::Wallet => "New PayPal account".to_owned(),
            };
        };
        match (&instrument.last4, &instrument.email) {
            (Some(last4), _) => {
                let brand = if instrument.brand == "visa" {
                    "Visa"
                } else {
                    "Mastercard"
                };
                format!("{brand} ending in {last4}")
            }
            (None, Some(email)) => format!("PayPal ({email})"),
            (None, None) => "PayPal".to_owned(),
        }
    }
}

impl Method {
    pub(crate) fn saved(&self) -> Option<&SavedMethod> {
        match &self.kind {
            MethodKind::SavedMethod(saved) => Some(saved),
            MethodKind::Invoice | MethodKind::PaymentSystem(_) => None,
        }
    }

    pub(crate) fn saved_mut(&mut self) -> Option<&mut SavedMethod> {
        match &mut self.kind {
            MethodKind::SavedMethod(saved) => Some(saved),
            MethodKind::Invoice | MethodKind::PaymentSystem(_) => None,
        }
    }

    pub(crate) fn snapshot(&self) -> MethodSnapshot {
        let (kind, name, system) = match &self.kind {
            MethodKind::Invoice => ("invoice", "Invoice (bank transfer)".to_owned(), None),
            MethodKind::PaymentSystem(system) => (
                "payment_system",
                system.name().to_owned(),
                Some(system.code()),
            ),
            MethodKind::SavedMethod(saved) => ("saved", saved.name(), Some(saved.system.code())),
        };
        MethodSnapshot {
            id: self.id.clone(),
            kind,
            name,
            system,
        }
    }

    /// The order in which methods are offered: saved ones first, the default before the others, then the newest.
    pub(crate) fn rank(&self) -> (u8, i128, &str) {
        match &self.kind {
            MethodKind::SavedMethod(saved) => (
                u8::from(!saved.is_default),
                -saved.created_at.unix_timestamp_nanos(),
                &self.id,
            ),
            MethodKind::PaymentSystem(PaymentSystem::Card) => (2, 0, &self.id),
            MethodKind::PaymentSystem(PaymentSystem::Wallet) => (3, 0, &self.id),
            MethodKind::Invoice => (4, 0, &self.id),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let snapshot = self.snapshot();
        match &self.kind {
            MethodKind::Invoice => {
                json!({"id": self.id, "kind": snapshot.kind, "payer": self.payer, "name": snapshot.name})
            }
            MethodKind::PaymentSystem(system) => json!({
                "id": self.id, "kind": snapshot.kind, "payer": self.payer, "name": snapshot.name, "system": system.code(),
                "can_save": true,
            }),
            MethodKind::SavedMethod(saved) => {
                let instrument = saved.instrument.as_ref();
                let page = saved.open_page();
                json!({
                    "id": self.id, "kind": snapshot.kind, "payer": self.payer, "name": snapshot.name,
                    "system": saved.system.code(), "status": saved.status.name(),
                    "reason": saved.reason.as_ref().map(Reason::to_json),
                    "brand": instrument.map(|instrument| instrument.brand),
                    "last4": instrument.and_then(|instrument| instrument.last4.clone()),
                    "expires": instrument.and_then(|instrument| instrument.expires.clone()),
                    "email": instrument.and_then(|instrument| instrument.email.clone()),
                    "is_default": saved.is_default, "page": page.map(|page| page.url.as_str()),
                    "expires_at": page.map(|page| rfc3339(page.expires_at)), "created_at": rfc3339(saved.created_at),
                })
            }
        }
    }
}
