//! Payers, and how each can pay: by invoice, through a payment system, or by a saved method, which is pending until it
//! is confirmed.

use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::instrument::{Instrument, Outcome, System};
use super::payment::{MethodName, Page, Reason};
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
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Invoice,
    System(System),
    Saved(Saved),
}

#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) system: System,
    pub(crate) status: SavedStatus,
    pub(crate) reason: Option<Reason>,
    /// Nothing until its details were given.
    pub(crate) instrument: Option<Instrument>,
    pub(crate) is_default: bool,
    pub(crate) created_at: OffsetDateTime,
    /// When the payment system confirms it, or refuses to.
    pub(crate) confirms_at: Option<OffsetDateTime>,
    /// Of a method that is added without a payment.
    pub(crate) page: Option<Page>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SavedStatus {
    Pending,
    Confirmed,
    Failed,
}

impl SavedStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
        }
    }
}

impl Saved {
    /// The page, while its details are to be given there.
    pub(crate) fn open_page(&self) -> Option<&Page> {
        self.page
            .as_ref()
            .filter(|_| self.status == SavedStatus::Pending && self.instrument.is_none())
    }

    pub(crate) fn on_debit(&self) -> Outcome {
        self.instrument
            .as_ref()
            .map_or(Outcome::Approve, |instrument| instrument.on_debit)
    }

    fn name(&self) -> String {
        let Some(instrument) = &self.instrument else {
            return match self.system {
                System::Card => "New card".to_owned(),
                System::Wallet => "New PayPal account".to_owned(),
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
    pub(crate) fn saved(&self) -> Option<&Saved> {
        match &self.kind {
            Kind::Saved(saved) => Some(saved),
            Kind::Invoice | Kind::System(_) => None,
        }
    }

    pub(crate) fn saved_mut(&mut self) -> Option<&mut Saved> {
        match &mut self.kind {
            Kind::Saved(saved) => Some(saved),
            Kind::Invoice | Kind::System(_) => None,
        }
    }

    pub(crate) fn named(&self) -> MethodName {
        let (kind, name, system) = match &self.kind {
            Kind::Invoice => ("invoice", "Invoice (bank transfer)".to_owned(), None),
            Kind::System(system) => (
                "payment_system",
                system.name().to_owned(),
                Some(system.code()),
            ),
            Kind::Saved(saved) => ("saved", saved.name(), Some(saved.system.code())),
        };
        MethodName {
            id: self.id.clone(),
            kind,
            name,
            system,
        }
    }

    /// The order to offer them in: saved ones first, of them the default and then the newest.
    pub(crate) fn rank(&self) -> (u8, i128, &str) {
        match &self.kind {
            Kind::Saved(saved) => (
                u8::from(!saved.is_default),
                -saved.created_at.unix_timestamp_nanos(),
                &self.id,
            ),
            Kind::System(System::Card) => (2, 0, &self.id),
            Kind::System(System::Wallet) => (3, 0, &self.id),
            Kind::Invoice => (4, 0, &self.id),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let named = self.named();
        match &self.kind {
            Kind::Invoice => {
                json!({"id": self.id, "kind": named.kind, "payer": self.payer, "name": named.name})
            }
            Kind::System(system) => json!({
                "id": self.id, "kind": named.kind, "payer": self.payer, "name": named.name, "system": system.code(),
                "can_save": true,
            }),
            Kind::Saved(saved) => {
                let instrument = saved.instrument.as_ref();
                let page = saved.open_page();
                json!({
                    "id": self.id, "kind": named.kind, "payer": self.payer, "name": named.name,
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
