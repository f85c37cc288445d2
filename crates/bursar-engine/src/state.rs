//! An account's state: which payments are followed, when each target is polled next, and what the last responses said.

use super::account_config::{AccountConfig, Presence, Thresholds};
use super::backfill_progress::Backfill;
use super::poll_target::{PollTarget, Server};
use super::timers::{PollTimer, ReachabilityProbe, Resend, ServerBackoff};
use crate::Alerts;
use crate::top_up::TopUp;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::key_expiry::{ExpiryDate, KeyExpiry};
use std::collections::{BTreeMap, BTreeSet};

/// Whether chain and API report the same balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disagreement {
    /// Only one of them is known, or a top-up is open.
    #[default]
    Unknown,
    Agree,
    /// They differed once, at this time; not yet worth reporting.
    Once(Timestamp),
    Disagree,
}

/// Everything the engine knows of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub account: AccountId,
    pub connected_at: Timestamp,
    pub config: AccountConfig,
    pub presence: Presence,
    pub viewing: Option<String>,
    pub online: bool,
    /// The provider's open payments have never been read, because the account is new here or its records were lost. No
    /// payment starts before they are.
    pub recovering: bool,
    /// Every top-up whose status can still change, by `top_up_id`.
    pub top_ups: BTreeMap<String, TopUp>,
    /// Start requests in flight: a list without them proves nothing yet.
    pub starts_in_flight: BTreeSet<String>,
    /// When to resend requests without a response, if the provider treats them as the same request.
    pub resends: BTreeMap<String, Resend>,
    /// When the last start request ended, so that only later readings count as absence.
    pub start_ended_at: BTreeMap<String, Timestamp>,
    /// Since when the outcome of each payment has been unknown. Never in the future, so that a clock that was set back
    /// prolongs no wait.
    pub unknown_since: BTreeMap<String, Timestamp>,
    /// How far the provider's clock is ahead of this machine's, by its last responses.
    pub clock_offset: Option<Span>,
    /// This machine's clock has jumped, or the machine was asleep, since the offset was measured.
    pub clock_offset_stale: bool,
    /// When the clock last jumped, by the clock after the jump.
    pub clock_jumped_at: Option<Timestamp>,
    /// When the provider last reported each payment's status, or that it does not know one whose outcome is unknown.
    pub status_read_at: BTreeMap<String, Timestamp>,
    pub poll_timers: BTreeMap<PollTarget, PollTimer>,
    pub server_backoffs: BTreeMap<Server, ServerBackoff>,
    /// Servers that are unreachable.
    pub probes: BTreeMap<Server, ReachabilityProbe>,
    /// Until when polling is at its fastest: after a return link, focus or "Check payment".
    pub fast_polling_until: Timestamp,
    pub subscribed: bool,
    pub api_balance: Option<(ApiBalance, Timestamp)>,
    pub chain_reading: Option<ChainReading>,
    pub disagreement: Disagreement,
    /// Since when chain and API have agreed, while the API still leads.
    pub agreed_since: Option<Timestamp>,
    pub alerts: Alerts,
    /// Whether this process reports a low balance and a rejected key. The terminal does not: the desktop app decides by
    /// the user's settings, and remembers what it has reported.
    pub notifies_alerts: bool,
    pub thresholds: Thresholds,
    /// When the API key expires, if the user has entered it.
    pub key_expiry: Option<KeyExpiry>,
    /// The last warning since the start that the key expires: for which date, and how many days before it.
    pub key_expiry_warned: Option<(ExpiryDate, u32)>,
    /// Present errors, by the target whose poll failed.
    pub errors: BTreeMap<PollTarget, (Error, Timestamp)>,
    /// Why the chain's events could not be read, or not completely, while its figures could.
    pub events_error: Option<(Error, Timestamp)>,
    pub maintenance: bool,
    /// A saved method is being checked.
    pub method_pending: bool,
    /// Until when a method may appear that the user is adding.
    pub method_expected_until: Timestamp,
    /// Payments that the user has asked to cancel, unless the provider refused.
    pub cancelled_by_user: BTreeSet<String>,
    /// Payments that save their method for next time.
    pub saving_method: BTreeSet<String>,
    /// The one-time state in the return URL of the page that adds a method; gone once used.
    pub method_link_state: Option<String>,
    /// Payments whose refund has been reported since the start.
    pub refunds_notified: BTreeSet<String>,
    /// The next reading covers the full history.
    pub full_history_wanted: bool,
    /// The reading in flight covers the full history.
    pub full_history_in_flight: bool,
    /// The same for the chain's events.
    pub full_chain_wanted: bool,
    pub full_chain_in_flight: bool,
    /// How many of the next history readings check all payments that ended without money.
    pub late_payment_reads: u8,
    /// The reading in flight does.
    pub late_payment_read_in_flight: bool,
    pub backfill: Backfill,
}

impl State {
    /// The state at the start of the process: everything is due at once.
    pub fn new(
        account: AccountId,
        connected_at: Timestamp,
        config: AccountConfig,
        top_ups: Vec<TopUp>,
        now: Timestamp,
    ) -> Self {
        let plan = PollTimer {
            due: now,
            in_flight: false,
            again: false,
            failures: 0,
            last_success: None,
        };
        Self {
            account,
            connected_at,
            config,
            presence: Presence::Tray,
            viewing: None,
            online: true,
            recovering: false,
            unknown_since: BTreeMap::new(),
            clock_offset: None,
            clock_offset_stale: false,
            clock_jumped_at: None,
            status_read_at: BTreeMap::new(),
            cancelled_by_user: top_ups
                .iter()
                .filter(|top_up| top_up.cancel_requested)
                .map(|top_up| top_up.id.clone())
                .collect(),
            saving_method: top_ups
                .iter()
                .filter(|top_up| top_up.request.as_ref().is_some_and(|new| new.save_method))
                .map(|top_up| top_up.id.clone())
                .collect(),
            start_ended_at: top_ups
                .iter()
                .map(|top_up| (top_up.id.clone(), now))
                .collect(),
            top_ups: top_ups
                .into_iter()
                // An earlier cancellation will not be answered any more; the user can ask again.
                .map(|top_up| TopUp {
                    cancel_requested: false,
                    ..top_up
                })
                .map(|top_up| (top_up.id.clone(), top_up))
                .collect(),
            starts_in_flight: BTreeSet::new(),
            resends: BTreeMap::new(),
            poll_timers: PollTarget::ALL
                .into_iter()
                .map(|poll| (poll, plan))
                .collect(),
            server_backoffs: BTreeMap::new(),
            probes: BTreeMap::new(),
            fast_polling_until: Timestamp::default(),
            subscribed: false,
            api_balance: None,
            chain_reading: None,
            disagreement: Disagreement::Unknown,
            agreed_since: None,
            alerts: Alerts::default(),
            notifies_alerts: true,
            thresholds: Thresholds::default(),
            key_expiry: None,
            key_expiry_warned: None,
            errors: BTreeMap::new(),
            events_error: None,
            maintenance: false,
            method_pending: false,
            method_expected_until: Timestamp::default(),
            method_link_state: None,
            refunds_notified: BTreeSet::new(),
            full_history_wanted: false,
            full_history_in_flight: false,
            full_chain_wanted: false,
            full_chain_in_flight: false,
            late_payment_reads: 0,
            late_payment_read_in_flight: false,
            backfill: Backfill::default(),
        }
    }

    /// Whether money is expected now.
    pub fn has_live(&self) -> bool {
        self.top_ups.values().any(TopUp::is_live)
    }

    /// Whether a response is missing that will say whose a payment is.
    pub fn awaits_start(&self) -> bool {
        !self.starts_in_flight.is_empty()
            || self.top_ups.values().any(|top_up| top_up.request.is_some())
    }

    /// Whether no response is missing.
    pub fn is_quiet(&self) -> bool {
        self.starts_in_flight.is_empty()
            && self.poll_timers.values().all(|plan| !plan.in_flight)
            && !self.top_ups.values().any(|top_up| top_up.cancel_requested)
    }

    /// When the provider last reported this top-up's status; a reading that could not read it does not count.
    pub fn status_read_at(&self, top_up_id: &str) -> Option<Timestamp> {
        self.status_read_at.get(top_up_id).copied()
    }

    /// When a poll of this target last succeeded.
    pub fn last_success(&self, poll: PollTarget) -> Option<Timestamp> {
        self.poll_timers
            .get(&poll)
            .and_then(|plan| plan.last_success)
    }
}
