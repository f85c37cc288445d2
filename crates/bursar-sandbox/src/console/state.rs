//! What the console knows: users and their keys, top-ups, workloads and charges, sign-ins. Behind one lock, in
//! memory; nothing here waits for anything.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::Address;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Scopes that a key of the sandbox can carry.
pub(crate) const SCOPES: [&str; 5] = [
    "billing:get_history",
    "billing:get_spending_history",
    "billing:top_up",
    "vms:read",
    "vm:list",
];
/// What the app needs.
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
    /// A user's top-ups by their time of creation, oldest first.
    pub(crate) ids_by_user: HashMap<Uuid, Vec<Uuid>>,
    pub(crate) ids_by_intent: HashMap<Uuid, Uuid>,
    /// Those that are open now, so that nobody has to walk through years of history for them.
    open: BTreeSet<Uuid>,
    /// Paid top-ups whose credit is still to come, and since when.
    awaiting_credit: HashMap<Uuid, OffsetDateTime>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) authorization_codes: HashMap<String, AuthorizationCode>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) refresh_tokens: HashMap<String, RefreshToken>,
    /// Users for whom a checkout is being made right now.
    pub(crate) creating_top_up: BTreeSet<Uuid>,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    /// The address under which the Balance contract keeps the user's money.
    pub(crate) address: Address,
    pub(crate) ids: IdScheme,
    /// The API claims this balance (micros) instead of the true one.
    pub(crate) balance_override: Option<u128>,
    pub(crate) days_left_override: Option<u16>,
    pub(crate) extra_entitlement: bool,
    /// Everything ever credited, in micros.
    pub(crate) deposited: u128,
}

/// Whether a top-up goes by one id everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdScheme {
    #[default]
    Same,
    IntentDiffers,
    ChainDiffers,
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: Uuid,
    pub(crate) user: Uuid,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) revoked: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct TopUp {
    pub(crate) id: Uuid,
    pub(crate) intent_id: Uuid,
    /// The id that `userTopUp` carries on the chain.
    pub(crate) on_chain_id: String,
    pub(crate) user: Uuid,
    pub(crate) cents: i64,
    pub(crate) fee_micros: u128,
    pub(crate) method: String,
    pub(crate) status: TopUpStatus,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) updated_at: OffsetDateTime,
    pub(crate) expires_at: Option<OffsetDateTime>,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) session_url: Option<String>,
    pub(crate) return_url: Option<String>,
    /// Of `userTopUp`.
    pub(crate) transaction: Option<String>,
}

/// The states of the older calls; the newer ones are made of them.
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
    /// The deal that holds its reserve on the chain.
    pub(crate) deal: Address,
    pub(crate) daily_micros: u128,
    pub(crate) reserve_micros: u128,
    pub(crate) running: bool,
    /// The last day that was charged.
    pub(crate) charged_to: Date,
}

/// What one workload cost on one day.
#[derive(Clone, Debug)]
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
    /// All tokens that came from one sign-in.
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

    pub(crate) fn active_key(&self, secret: &str) -> Option<&ApiKey> {
        self.keys
            .iter()
            .find(|key| !key.revoked && key.secret == secret)
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
        // Most come in order; then nothing has to be searched.
        let index = if ids.last().is_none_or(earlier) {
            ids.len()
        } else {
            ids.partition_point(earlier)
        };
        ids.insert(index, id);
    }

    /// Makes a top-up older and returns whether there is one.
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

    /// A top-up by its id or its intent's id.
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

    /// The ids of those created from `start` to `end`, both inclusive, oldest first; what lies outside costs nothing.
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

    /// Notes that a top-up was paid. One that had ended keeps its state until its late credit is on the chain.
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

    /// Paid top-ups whose credit is still to come, and since when.
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

    /// What the running workloads cost a day, in micros.
    pub(crate) fn daily_cost(&self, user: Uuid) -> u128 {
        self.workloads
            .iter()
            .filter(|workload| workload.user == user && workload.running)
            .map(|workload| workload.daily_micros)
            .sum()
    }

    pub(crate) fn total_charged(&self, user: Uuid) -> u128 {
        self.charges
            .iter()
            .filter(|charge| charge.user == user)
            .map(|charge| charge.micros)
            .sum()
    }
}
