//! The console's state: users and their keys, top-ups, workloads and charges, sign-ins. It is in memory, behind one
//! lock, and never blocks.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::Address;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::payment_provider::PaymentProvider;
use crate::random::random_token;
use crate::today::books::Books;
use crate::today::era::Era;
use crate::today::ledger::Ledger;

/// What every API key begins with.
pub(crate) const KEY_PREFIX: &str = "flk_";
/// The scopes that an API key can have.
pub(crate) const SCOPES: [&str; 5] = [
    "billing:get_history",
    "billing:get_spending_history",
    "billing:top_up",
    "vms:read",
    "vm:list",
];
/// The scopes that the app needs.
pub(crate) const APP_SCOPES: [&str; 3] = [
    "billing:get_history",
    "billing:get_spending_history",
    "billing:top_up",
];

#[derive(Debug, Default)]
pub(crate) struct ConsoleState {
    pub(crate) users: Vec<User>,
    pub(crate) keys: Vec<ApiKey>,
    pub(crate) top_ups: HashMap<Uuid, TopUp>,
    /// Each user's top-ups by creation time, oldest first.
    pub(crate) ids_by_user: HashMap<Uuid, Vec<Uuid>>,
    pub(crate) ids_by_intent: HashMap<Uuid, Uuid>,
    /// The open top-ups, so that finding one does not scan years of history.
    open: BTreeSet<Uuid>,
    /// Paid top-ups that are not credited yet, and when they were paid.
    awaiting_credit: HashMap<Uuid, OffsetDateTime>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) authorization_codes: HashMap<String, AuthorizationCode>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) refresh_tokens: HashMap<String, RefreshToken>,
    /// Users whose checkout is being created right now.
    pub(crate) creating_top_up: BTreeSet<Uuid>,
    /// Users who have activated the promo code.
    pub(crate) used_promo_codes: BTreeSet<Uuid>,
    /// What belongs to today's era alone.
    pub(crate) today: Books,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    /// May be empty: a user who signed up with a wallet has no address.
    pub(crate) email: String,
    pub(crate) name: String,
    /// Decides how the API answers this user.
    pub(crate) era: Era,
    /// The user's address in the Balance contract.
    pub(crate) address: Address,
    pub(crate) ids: IdScheme,
    /// The balance that the API reports instead of the true one, in micros.
    pub(crate) balance_override: Option<u128>,
    pub(crate) days_left_override: Option<u16>,
    pub(crate) extra_entitlement: bool,
    /// The sum of all credits, in micros.
    pub(crate) total_deposited: u128,
}

/// Whether a top-up has the same id in the API, as an intent, and on the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdScheme {
    #[default]
    Same,
    IntentDiffers,
    ChainDiffers,
}

impl IdScheme {
    /// The ids of a top-up as an intent and on the chain.
    pub(crate) fn ids_for(self, id: Uuid) -> (Uuid, Uuid) {
        match self {
            Self::Same => (id, id),
            Self::IntentDiffers => (Uuid::new_v4(), id),
            Self::ChainDiffers => (id, Uuid::new_v4()),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: Uuid,
    pub(crate) user: Uuid,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) revoked: bool,
    pub(crate) expires_at: Option<OffsetDateTime>,
}

impl ApiKey {
    pub(crate) fn is_active(&self, now: OffsetDateTime) -> bool {
        !self.revoked && self.expires_at.is_none_or(|expires_at| expires_at > now)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct TopUp {
    pub(crate) id: Uuid,
    pub(crate) intent_id: Uuid,
    /// The id that `userTopUp` records on the chain.
    pub(crate) on_chain_id: String,
    pub(crate) user: Uuid,
    pub(crate) amount_cents: i64,
    pub(crate) fee_micros: u128,
    pub(crate) method: String,
    pub(crate) provider: PaymentProvider,
    pub(crate) status: TopUpStatus,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) updated_at: OffsetDateTime,
    pub(crate) expires_at: Option<OffsetDateTime>,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) session_url: Option<String>,
    pub(crate) return_url: Option<String>,
    /// The transaction of `userTopUp`; of an x402 payment, the transaction on Base.
    pub(crate) transaction: Option<String>,
}

/// The states of the older API. The current API derives its states from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TopUpStatus {
    Created,
    Pending,
    Completed,
    Canceled,
    Expired,
    Failed,
    AmlFailed,
}

impl TopUpStatus {
    pub(crate) const ALL: [Self; 7] = [
        Self::Created,
        Self::Pending,
        Self::Completed,
        Self::Canceled,
        Self::Expired,
        Self::Failed,
        Self::AmlFailed,
    ];

    pub(crate) fn legacy_name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::AmlFailed => "aml_failed",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created | Self::Pending => "open",
            Self::Completed => "resolved",
            Self::AmlFailed => "needs_review",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Pending)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) id: Uuid,
    pub(crate) user: Uuid,
    pub(crate) name: String,
    pub(crate) configuration: &'static str,
    /// The deal that holds the workload's reserve on the chain.
    pub(crate) deal: Address,
    pub(crate) daily_micros: u128,
    pub(crate) reserve_micros: u128,
    pub(crate) running: bool,
    /// The first day that is not charged yet.
    pub(crate) charged_to: Date,
}

/// The cost of one workload or resource on one day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    pub(crate) user: Uuid,
    pub(crate) workload: Uuid,
    pub(crate) day: Date,
    pub(crate) micros: u128,
    pub(crate) minutes: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct AuthorizationCode {
    pub(crate) user: Uuid,
    pub(crate) challenge: String,
    pub(crate) scope: String,
    pub(crate) expires_at: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) user: Uuid,
    pub(crate) family: Uuid,
    pub(crate) expires_at: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) user: Uuid,
    /// Identifies the sign-in that this token comes from.
    pub(crate) family: Uuid,
    pub(crate) used: bool,
}

impl ConsoleState {
    pub(crate) fn user(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: Uuid) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// Creates an API key without an expiry and stores it.
    pub(crate) fn create_api_key(
        &mut self,
        user: Uuid,
        name: &str,
        scopes: BTreeSet<String>,
    ) -> ApiKey {
        self.create_expiring_key(user, name, scopes, None)
    }

    /// Creates an API key and stores it.
    pub(crate) fn create_expiring_key(
        &mut self,
        user: Uuid,
        name: &str,
        scopes: BTreeSet<String>,
        expires_at: Option<OffsetDateTime>,
    ) -> ApiKey {
        let key = ApiKey {
            id: Uuid::new_v4(),
            user,
            secret: format!("{KEY_PREFIX}{}", random_token()),
            name: name.to_owned(),
            scopes,
            revoked: false,
            expires_at,
        };
        self.keys.push(key.clone());
        key
    }

    pub(crate) fn active_key(&self, secret: &str, now: OffsetDateTime) -> Option<&ApiKey> {
        self.keys
            .iter()
            .find(|key| key.is_active(now) && key.secret == secret)
    }

    pub(crate) fn insert_top_up(&mut self, top_up: TopUp) {
        let (id, user, at) = (top_up.id, top_up.user, (top_up.created_at, top_up.id));
        self.ids_by_intent.insert(top_up.intent_id, id);
        if top_up.status.is_open() {
            self.open.insert(id);
        }
        self.top_ups.insert(id, top_up);
        let ids = self.ids_by_user.entry(user).or_default();
        let all = &self.top_ups;
        let earlier = |other: &Uuid| {
            all.get(other)
                .is_some_and(|top_up| (top_up.created_at, top_up.id) < at)
        };
        // Top-ups mostly arrive in order, so a search is rarely needed.
        let index = if ids.last().is_none_or(earlier) {
            ids.len()
        } else {
            ids.partition_point(earlier)
        };
        ids.insert(index, id);
    }

    /// Moves a top-up into the past; returns whether it exists.
    pub(crate) fn age_top_up(&mut self, id: Uuid, by: time::Duration) -> bool {
        let Some(top_up) = self.top_up_mut(id) else {
            return false;
        };
        top_up.created_at -= by;
        top_up.expires_at = top_up.expires_at.map(|time| time - by);
        let user = top_up.user;
        let all = &self.top_ups;
        if let Some(ids) = self.ids_by_user.get_mut(&user) {
            ids.sort_by_key(|id| all.get(id).map(|top_up| (top_up.created_at, top_up.id)));
        }
        true
    }

    pub(crate) fn top_up_count(&self, user: Uuid) -> usize {
        self.ids_by_user.get(&user).map_or(0, Vec::len)
    }

    /// A top-up by its id or by its intent's id.
    pub(crate) fn top_up(&self, id: Uuid) -> Option<&TopUp> {
        self.top_ups
            .get(&id)
            .or_else(|| self.top_ups.get(self.ids_by_intent.get(&id)?))
    }

    pub(crate) fn top_up_mut(&mut self, id: Uuid) -> Option<&mut TopUp> {
        let id = if self.top_ups.contains_key(&id) {
            id
        } else {
            *self.ids_by_intent.get(&id)?
        };
        self.top_ups.get_mut(&id)
    }

    pub(crate) fn top_ups_of(&self, user: Uuid) -> impl DoubleEndedIterator<Item = &TopUp> {
        self.top_ups_among(self.top_ups_between(user, None, None))
    }

    /// The ids of a user's top-ups created from `start` to `end` (both inclusive), oldest first. Does not scan the
    /// rest.
    pub(crate) fn top_ups_between(
        &self,
        user: Uuid,
        start: Option<OffsetDateTime>,
        end: Option<OffsetDateTime>,
    ) -> &[Uuid] {
        let ids = self.ids_by_user.get(&user).map_or(&[][..], Vec::as_slice);
        let created = |id: &Uuid| self.top_ups.get(id).map(|top_up| top_up.created_at);
        let from = start.map_or(0, |start| {
            ids.partition_point(|id| created(id) < Some(start))
        });
        let to = end.map_or(ids.len(), |end| {
            ids.partition_point(|id| created(id) <= Some(end))
        });
        ids.get(from..to).unwrap_or_default()
    }

    pub(crate) fn top_ups_among(&self, ids: &[Uuid]) -> impl DoubleEndedIterator<Item = &TopUp> {
        ids.iter().filter_map(|id| self.top_ups.get(id))
    }

    pub(crate) fn open_top_up(&self, user: Uuid) -> Option<&TopUp> {
        self.open
            .iter()
            .filter_map(|id| self.top_ups.get(id))
            .find(|top_up| top_up.user == user)
    }

    /// The ids of all open top-ups.
    pub(crate) fn open_ids(&self) -> Vec<Uuid> {
        self.open.iter().copied().collect()
    }

    /// Marks a top-up as paid. One that has already ended keeps its state until the late credit is on the chain.
    pub(crate) fn mark_paid(&mut self, id: Uuid, now: OffsetDateTime) {
        let Some(status) = self.top_ups.get(&id).map(|top_up| top_up.status) else {
            return;
        };
        match status {
            TopUpStatus::Completed | TopUpStatus::Pending | TopUpStatus::AmlFailed => return,
            TopUpStatus::Created => self.set_status(id, TopUpStatus::Pending, now),
            TopUpStatus::Canceled | TopUpStatus::Expired | TopUpStatus::Failed => {}
        }
        self.awaiting_credit.insert(id, now);
    }

    /// Paid top-ups that are not credited yet, and when they were paid.
    pub(crate) fn awaiting_credit(&self) -> Vec<(Uuid, OffsetDateTime)> {
        self.awaiting_credit
            .iter()
            .map(|(id, since)| (*id, *since))
            .collect()
    }

    pub(crate) fn set_status(&mut self, id: Uuid, status: TopUpStatus, now: OffsetDateTime) {
        let Some(top_up) = self.top_ups.get_mut(&id) else {
            return;
        };
        top_up.status = status;
        top_up.updated_at = now;
        if status.is_open() {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
        if matches!(status, TopUpStatus::Completed | TopUpStatus::AmlFailed) {
            self.awaiting_credit.remove(&id);
        }
    }

    /// The daily cost of the running workloads, in micros.
    pub(crate) fn daily_cost(&self, user: Uuid) -> u128 {
        self.workloads
            .iter()
            .filter(|workload| workload.user == user && workload.running)
            .map(|workload| workload.daily_micros)
            .sum()
    }

    /// A user's charges of both eras.
    pub(crate) fn charges_of(&self, user: Uuid) -> impl Iterator<Item = Charge> {
        let of_workloads = self
            .charges
            .iter()
            .filter(move |charge| charge.user == user);
        let ledger = self.today.ledger(user);
        let of_resources = ledger.into_iter().flat_map(Ledger::charges);
        of_workloads.copied().chain(of_resources)
    }

    pub(crate) fn total_charged(&self, user: Uuid) -> u128 {
        self.charges_of(user).map(|charge| charge.micros).sum()
    }
}
