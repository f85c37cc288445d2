//! The panel's state: accounts with their keys, payers, methods, payments and services. It is in memory, behind one
//! lock, and never blocks. Nothing happens by itself: `catch_up` applies what is due before each access.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::currency::Currency;
use super::method::{Method, MethodKind, Payer};
use super::payment::{Payment, Status};
use super::service::{Expense, Migration, RunningServer, Service};
use crate::random::random_token;

#[derive(Debug, Default)]
pub(crate) struct Panel {
    pub(crate) accounts: Vec<Account>,
    pub(crate) maintenance: Option<Maintenance>,
    /// The account and target of each hosted page, by the page's token.
    pub(crate) pages: HashMap<String, (Uuid, PageTarget)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Maintenance {
    pub(crate) message: Option<String>,
    pub(crate) until: Option<OffsetDateTime>,
}

/// What a hosted page pays or saves.
#[derive(Clone, Debug)]
pub(crate) enum PageTarget {
    Payment(String),
    Method(String),
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) currency: Currency,
    /// In minor units, like all amounts here.
    pub(crate) balance: u64,
    pub(crate) keys: Vec<ApiKey>,
    pub(crate) payers: Vec<Payer>,
    pub(crate) methods: Vec<Method>,
    payments: BTreeMap<String, Payment>,
    /// The sort key of each payment, by its id.
    sort_keys: HashMap<String, String>,
    /// The payments whose status can still change by itself.
    pub(crate) open: BTreeSet<String>,
    pub(crate) services: Vec<Service>,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) running: Vec<RunningServer>,
    /// By date and number.
    pub(crate) expenses: BTreeMap<String, Expense>,
    pub(crate) charged_to: Date,
    /// The request body and the id of the created object, by operation and idempotency key.
    pub(crate) idempotent_results: HashMap<(&'static str, String), (Value, String)>,
    pub(crate) limits: Limits,
    pub(crate) behaviour: Behaviour,
    /// The times of the requests in the last minute.
    pub(crate) recent_requests: VecDeque<Instant>,
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: Uuid,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) read_only: bool,
    pub(crate) revoked: bool,
}

/// The limits of a top-up.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) presets: Vec<u64>,
}

/// How the panel treats an account; the control API sets it.
#[derive(Clone, Debug)]
pub(crate) struct Behaviour {
    pub(crate) blocked: bool,
    pub(crate) requests_per_minute: Option<usize>,
    /// Payments that are processing do not settle.
    pub(crate) hold_debits: bool,
    pub(crate) debit_ms: u32,
    /// Pending methods are neither confirmed nor refused.
    pub(crate) hold_confirmations: bool,
    pub(crate) confirm_ms: u32,
    /// Pending methods are refused.
    pub(crate) refuse_confirmations: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            blocked: false,
            requests_per_minute: None,
            hold_debits: false,
            debit_ms: 400,
            hold_confirmations: false,
            confirm_ms: 1500,
            refuse_confirmations: false,
        }
    }
}

impl Panel {
    pub(crate) fn account(&self, id: Uuid) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(crate) fn account_mut(&mut self, id: Uuid) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    /// The account of an active key, and whether the key is read-only.
    pub(crate) fn account_by_key(&mut self, secret: &str) -> Option<(&mut Account, bool)> {
        self.accounts.iter_mut().find_map(|account| {
            let key = account
                .keys
                .iter()
                .find(|key| !key.revoked && key.secret == secret)?;
            let read_only = key.read_only;
            Some((account, read_only))
        })
    }

    pub(crate) fn owner_of_payment(&mut self, payment: &str) -> Option<&mut Account> {
        self.accounts
            .iter_mut()
            .find(|account| account.sort_keys.contains_key(payment))
    }
}

impl Account {
    pub(crate) fn new(email: String, name: String, currency: Currency, today: Date) -> Self {
        Self {
            id: Uuid::new_v4(),
            email,
            name,
            currency,
            balance: 0,
            keys: Vec::new(),
            payers: Vec::new(),
            methods: Vec::new(),
            payments: BTreeMap::new(),
            sort_keys: HashMap::new(),
            open: BTreeSet::new(),
            services: Vec::new(),
            migrations: Vec::new(),
            running: Vec::new(),
            expenses: BTreeMap::new(),
            charged_to: today,
            idempotent_results: HashMap::new(),
            limits: Limits {
                min: (currency.minor_units(1) / 2).max(1),
                max: currency.minor_units(15_000),
                presets: [100, 200, 500, 1000]
                    .map(|units| currency.minor_units(units))
                    .into(),
            },
            behaviour: Behaviour::default(),
            recent_requests: VecDeque::new(),
        }
    }

    /// Creates an API key and stores it.
    pub(crate) fn create_api_key(&mut self, name: &str, read_only: bool) -> ApiKey {
        let key = ApiKey {
            id: Uuid::new_v4(),
            secret: format!("pnl_{}", random_token()),
            name: name.to_owned(),
            read_only,
            revoked: false,
        };
        self.keys.push(key.clone());
        key
    }

    pub(crate) fn payer(&self, id: &str) -> Option<&Payer> {
        self.payers.iter().find(|payer| payer.id == id)
    }

    pub(crate) fn method(&self, id: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == id)
    }

    pub(crate) fn method_mut(&mut self, id: &str) -> Option<&mut Method> {
        self.methods.iter_mut().find(|method| method.id == id)
    }

    /// Makes a saved method the only default of its payer.
    pub(crate) fn make_default(&mut self, id: &str) {
        let Some(payer) = self.method(id).map(|method| method.payer.clone()) else {
            return;
        };
        for method in &mut self.methods {
            if method.payer == payer
                && let MethodKind::SavedMethod(saved) = &mut method.kind
            {
                saved.is_default = method.id == id;
            }
        }
    }

    /// All payments by their sort key, oldest first.
    pub(crate) fn payments(&self) -> &BTreeMap<String, Payment> {
        &self.payments
    }

    pub(crate) fn payment(&self, id: &str) -> Option<&Payment> {
        self.payments.get(self.sort_keys.get(id)?)
    }

    pub(crate) fn payment_mut(&mut self, id: &str) -> Option<&mut Payment> {
        self.payments.get_mut(self.sort_keys.get(id)?)
    }

    pub(crate) fn insert_payment(&mut self, payment: Payment) {
        let sort_key = sort_key(payment.created_at, &payment.id);
        if payment.status.is_open() {
            self.open.insert(payment.id.clone());
        }
        self.sort_keys.insert(payment.id.clone(), sort_key.clone());
        self.payments.insert(sort_key, payment);
    }

    /// Moves a payment into the past.
    pub(crate) fn age_payment(&mut self, id: &str, by: time::Duration) {
        let Some(mut payment) = self
            .sort_keys
            .get(id)
            .and_then(|sort_key| self.payments.remove(sort_key))
        else {
            return;
        };
        payment.created_at -= by;
        payment.updated_at -= by;
        payment.paid_at = payment.paid_at.map(|time| time - by);
        if let Some(page) = &mut payment.page {
            page.expires_at -= by;
        }
        self.insert_payment(payment);
    }

    pub(crate) fn next_number(&self, at: OffsetDateTime) -> String {
        format!("{}-{:06}", at.year(), self.payments.len() + 1)
    }

    pub(crate) fn record_expense(&mut self, expense: Expense) {
        let key = format!("{}_{:07}", expense.date, self.expenses.len() + 1);
        self.expenses.insert(key, expense);
    }

    /// The daily cost of the running servers; None if nothing runs.
    pub(crate) fn daily_spend(&self) -> Option<u64> {
        (!self.running.is_empty()).then(|| {
            self.running
                .iter()
                .fold(0, |sum, running| running.daily.saturating_add(sum))
        })
    }

    /// A processing payment that is debited from this method.
    pub(crate) fn pending_debit(&self, method: &str) -> Option<&Payment> {
        self.open
            .iter()
            .filter_map(|id| self.payment(id))
            .find(|payment| payment.method.id == method && payment.status == Status::Processing)
    }
}

/// The sort key of a list item: its time, then its id.
pub(crate) fn sort_key(at: OffsetDateTime, id: &str) -> String {
    let milliseconds = at.unix_timestamp_nanos() / 1_000_000;
    format!("{milliseconds:015}.{id}")
}
