//! One account's state: what is followed, when each thing is read next, and what was last heard.

use super::account_config::{AccountConfig, Presence, Thresholds};
use super::backfill_progress::Backfill;
use super::poll_target::{PollTarget, Server};
use super::timers::{Plan, ReachabilityProbe, Resend, ServerBackoff};
use crate::Alerts;
use crate::top_up::TopUp;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use std::collections::{BTreeMap, BTreeSet};

/// Whether chain and API tell the same story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disagreement {
    /// Only one of them is known, or a top-up is open.
    #[default]
    Unknown,
    Agree,
    /// They differed once, at this time: not yet worth a word.
    Once(Timestamp),
    Disagree,
}

/// All that the engine knows of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub account: AccountId,
    pub connected_at: Timestamp,
    pub config: AccountConfig,
    pub presence: Presence,
    pub viewing: Option<String>,
    pub online: bool,
    /// The provider's open payments have never been read, because the account is new here or its records
    /// were lost: nothing is created before they are.
    pub recovering: bool,
    /// By Bursar's own id: every top-up whose status may still change.
    pub top_ups: BTreeMap<String, TopUp>,
    /// Requests to start that have not been answered; their absence from a list means nothing yet.
    pub starts_in_flight: BTreeSet<String>,
    /// When those whose answer was lost are sent again, where the provider takes that for the same request.
    pub resends: BTreeMap<String, Resend>,
    /// When the last request to start a top-up ended, so that only later looks count as absence.
    pub start_ended_at: BTreeMap<String, Timestamp>,
    /// Since when each one whose fate is not known has been waited for. It never lies ahead, so that a clock that was
    /// set back keeps nobody waiting for longer.
    pub unknown_since: BTreeMap<String, Timestamp>,
    /// How far the provider's clock is ahead of this machine's, as its last answers tell.
    pub clock_offset: Option<Span>,
    /// This machine's clock has jumped, or the machine was asleep, since the provider's answers told that.
    pub clock_offset_stale: bool,
    /// When that last was, by the clock as it went on.
    pub clock_jumped_at: Option<Timestamp>,
    /// When the provider last said where each of them stands, or that it knows nothing of one whose answer was lost.
    pub status_read_at: BTreeMap<String, Timestamp>,
    pub plans: BTreeMap<PollTarget, Plan>,
    pub server_backoffs: BTreeMap<Server, ServerBackoff>,
    /// Servers that could not be reached, as long as they cannot.
    pub probes: BTreeMap<Server, ReachabilityProbe>,
    /// Polling is at its quickest until then: after a link, focus or "Check now".
    pub fast_polling_until: Timestamp,
    pub subscribed: bool,
    pub api: Option<(ApiBalance, Timestamp)>,
    pub chain: Option<ChainReading>,
    pub disagreement: Disagreement,
    pub alerts: Alerts,
    /// Whether a low balance and a rejected key are told from here. In a terminal they are not: the desktop app judges them
    /// by the user's settings, and it owns what has been told of them.
    pub notifies_alerts: bool,
    pub thresholds: Thresholds,
    /// What is wrong now, by what it was found in.
    pub errors: BTreeMap<PollTarget, (Error, Timestamp)>,
    /// Why the chain's events could not be read, or not all of them, while its figures could.
    pub events_error: Option<(Error, Timestamp)>,
    pub maintenance: bool,
    /// A saved method is being checked.
    pub method_pending: bool,
    /// Until then a method may appear that the user is adding.
    pub method_expected_until: Timestamp,
    /// Those that the user has asked to cancel, unless the provider refused.
    pub cancelled_by_user: BTreeSet<String>,
    /// Payments that are to keep their method for next time.
    pub saving_method: BTreeSet<String>,
    /// The one-time state in the return address of the page that adds it; gone once used.
    pub method_link_state: Option<String>,
    /// Payments whose going back has been told since the start.
    pub refunds_notified: BTreeSet<String>,
    /// The whole history is to be read at the next look.
    pub full_history_wanted: bool,
    /// The reading under way is one of the whole history that was asked for.
    pub full_history_in_flight: bool,
    /// The same of the chain's events.
    pub full_chain_wanted: bool,
    pub full_chain_in_flight: bool,
    /// So many of the next readings of the history look at all that ended without money.
    pub late_payment_reads: u8,
    /// The reading under way does.
    pub late_payment_read_in_flight: bool,
    pub backfill: Backfill,
}

impl State {
    /// An account as it stands at the start of the process: everything is due at once.
    pub fn new(
        account: AccountId,
        connected_at: Timestamp,
        config: AccountConfig,
        top_ups: Vec<TopUp>,
        now: Timestamp,
    ) -> Self {
        let plan = Plan {
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
                // A cancellation asked for before has no answer any more; it may be asked for again.
                .map(|top_up| TopUp {
                    cancel_requested: false,
                    ..top_up
                })
                .map(|top_up| (top_up.id.clone(), top_up))
                .collect(),
            starts_in_flight: BTreeSet::new(),
            resends: BTreeMap::new(),
            plans: PollTarget::ALL
                .into_iter()
                .map(|poll| (poll, plan))
                .collect(),
            server_backoffs: BTreeMap::new(),
            probes: BTreeMap::new(),
            fast_polling_until: Timestamp::default(),
            subscribed: false,
            api: None,
            chain: None,
            disagreement: Disagreement::Unknown,
            alerts: Alerts::default(),
            notifies_alerts: true,
            thresholds: Thresholds::default(),
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

    /// Whether an answer is outstanding that will say whose a payment is.
    pub fn awaits_start(&self) -> bool {
        !self.starts_in_flight.is_empty()
            || self.top_ups.values().any(|top_up| top_up.request.is_some())
    }

    /// Whether no answer is awaited.
    pub fn is_quiet(&self) -> bool {
        self.starts_in_flight.is_empty()
            && self.plans.values().all(|plan| !plan.in_flight)
            && !self.top_ups.values().any(|top_up| top_up.cancel_requested)
    }

    /// When the provider last said where this top-up stands; a look that could not read it says nothing.
    pub fn status_read_at(&self, top_up_id: &str) -> Option<Timestamp> {
        self.status_read_at.get(top_up_id).copied()
    }

    /// When a read of this kind last succeeded.
    pub fn last_success(&self, poll: PollTarget) -> Option<Timestamp> {
        self.plans.get(&poll).and_then(|plan| plan.last_success)
    }
}
