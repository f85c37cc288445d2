//! A checkout session and its states. Only a transfer that the watcher found on a chain adds money to it. Expiry and
//! the back arrow close a session; money that arrives later still completes it, as late.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use alloy_primitives::Address;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::chains;
use crate::clock::rfc3339;
use crate::contracts;
use crate::money::BASE_UNITS_PER_MICRO;
use crate::random::random_address;

#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sessions: Mutex<SessionTable>,
    /// Notified when there is a webhook to send.
    pub(crate) webhook_due: Notify,
}

#[derive(Debug, Default)]
pub(crate) struct SessionTable {
    pub(crate) by_id: HashMap<Uuid, Session>,
    /// Webhooks still to be sent, in order.
    pub(crate) outbox: Vec<(Uuid, &'static str)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) updated_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) status: SessionStatus,
    pub(crate) late: bool,
    pub(crate) item: String,
    /// The merchant's price, in micros.
    pub(crate) subtotal: u128,
    pub(crate) fee: u128,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) url: String,
    pub(crate) metadata: Value,
    pub(crate) customer: Customer,
    pub(crate) assets: Vec<Asset>,
    pub(crate) transfers: Vec<Transfer>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionStatus {
    Open,
    Incomplete,
    Complete,
    Expired,
    Canceled,
}

/// A token on a chain, with the address at which this session receives it.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) chain: u64,
    pub(crate) network: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) token: Address,
    pub(crate) address: Address,
}

#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) chain: u64,
    pub(crate) transaction: String,
    pub(crate) log_index: u64,
    pub(crate) micros: u128,
    /// Whether the transfer counts. A transfer is recorded first and settled one poll later.
    pub(crate) settled: bool,
}

impl SessionStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Incomplete => "incomplete",
            Self::Complete => "complete",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }

    fn is_payable(self) -> bool {
        matches!(self, Self::Open | Self::Incomplete)
    }
}

/// New receiving addresses for the tokens that the checkout accepts on these chains.
pub(crate) fn receiving_assets(allowed: &[u64]) -> Vec<Asset> {
    let known = [
        (chains::POLYGON, "Polygon", "USDC.E", contracts::USDC_E),
        (chains::ETHEREUM, "Ethereum", "USDC", contracts::USDC),
    ];
    let is_allowed = |chain: u64| allowed.is_empty() || allowed.contains(&chain);
    known
        .into_iter()
        .filter(|(chain, ..)| is_allowed(*chain))
        .map(|(chain, network, symbol, token)| Asset {
            chain,
            network,
            symbol,
            token,
            address: random_address(),
        })
        .collect()
}

impl Sessions {
    pub(crate) fn lock(&self) -> MutexGuard<'_, SessionTable> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<Session> {
        self.lock().by_id.get(&id).cloned()
    }

    /// Changes a session. If the new status is one that the merchant hears about, queues the webhook.
    pub(crate) fn update(&self, id: Uuid, update: impl FnOnce(&mut Session)) -> Option<Session> {
        let mut sessions = self.lock();
        let session = sessions.by_id.get_mut(&id)?;
        let before = session.status;
        update(session);
        let after = session.clone();
        if let Some(event) = webhook_event(after.status).filter(|_| after.status != before) {
            sessions.outbox.push((id, event));
            self.webhook_due.notify_one();
        }
        Some(after)
    }
}

fn webhook_event(status: SessionStatus) -> Option<&'static str> {
    match status {
        SessionStatus::Complete => Some("checkout_session.completed"),
        SessionStatus::Expired => Some("checkout_session.expired"),
        SessionStatus::Canceled => Some("checkout_session.canceled"),
        SessionStatus::Open | SessionStatus::Incomplete => None,
    }
}

impl Session {
    /// The full price for the customer, in micros.
    pub(crate) fn total(&self) -> u128 {
        self.subtotal.saturating_add(self.fee)
    }

    /// The sum of the settled transfers.
    pub(crate) fn amount_received(&self) -> u128 {
        self.transfers
            .iter()
            .filter(|transfer| transfer.settled)
            .map(|transfer| transfer.micros)
            .sum()
    }

    /// What is still to be paid. Transfers that are not settled yet count as paid.
    pub(crate) fn amount_missing(&self) -> u128 {
        self.total()
            .saturating_sub(self.transfers.iter().map(|transfer| transfer.micros).sum())
    }

    pub(crate) fn asset(&self, chain: u64) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.chain == chain)
    }

    pub(crate) fn is_payable(&self) -> bool {
        self.status.is_payable()
    }

    /// Records a transfer found on a chain, once.
    pub(crate) fn record_transfer(&mut self, transfer: Transfer) {
        let known = self.transfers.iter().any(|seen| {
            (seen.chain, &seen.transaction, seen.log_index)
                == (transfer.chain, &transfer.transaction, transfer.log_index)
        });
        if !known {
            self.transfers.push(transfer);
        }
    }

    /// Settles the transfers recorded on that chain.
    pub(crate) fn settle_transfers(&mut self, chain: u64, now: OffsetDateTime) {
        let mut counted = false;
        for transfer in self
            .transfers
            .iter_mut()
            .filter(|transfer| transfer.chain == chain && !transfer.settled)
        {
            transfer.settled = true;
            counted = true;
        }
        if !counted || self.status == SessionStatus::Complete {
            return;
        }
        self.updated_at = now;
        if self.amount_received() >= self.total() {
            self.late = !self.is_payable() || self.expires_at <= now;
            self.status = SessionStatus::Complete;
        } else if self.status == SessionStatus::Open {
            self.status = SessionStatus::Incomplete;
        }
    }

    pub(crate) fn expire_if_due(&mut self, now: OffsetDateTime) {
        let unsettled = self.transfers.iter().any(|transfer| !transfer.settled);
        if self.is_payable() && self.expires_at <= now && !unsettled {
            self.status = SessionStatus::Expired;
            self.updated_at = now;
        }
    }

    /// The back arrow: cancels a session to which nothing was paid.
    pub(crate) fn cancel(&mut self, now: OffsetDateTime) {
        if self.status == SessionStatus::Open && self.transfers.is_empty() {
            self.status = SessionStatus::Canceled;
            self.updated_at = now;
        }
    }

    /// The session as the merchant's API returns it; amounts are strings in units of 10^-8.
    pub(crate) fn to_json(&self) -> Value {
        let to_base_units = |micros: u128| (micros * BASE_UNITS_PER_MICRO).to_string();
        let addresses: Vec<Value> = self.assets.iter().map(Asset::to_json).collect();
        let transactions: Vec<Value> = self
            .transfers
            .iter()
            .map(|transfer| json!({"transactionHash": transfer.transaction, "chainId": transfer.chain}))
            .collect();
        let paid = self.status == SessionStatus::Complete;
        json!({
            "id": self.id, "createdAt": rfc3339(self.created_at), "updatedAt": rfc3339(self.updated_at),
            "expiresAt": rfc3339(self.expires_at), "mode": "payment", "status": self.status.name(),
            "paymentStatus": "unpaid", "amountSubtotal": to_base_units(self.subtotal), "amountTotal": to_base_units(self.total()),
            "processingFee": to_base_units(self.fee), "currency": "usdc", "clientReferenceId": self.client_reference_id,
            "successUrl": self.success_url, "cancelUrl": self.cancel_url, "url": self.url, "metadata": self.metadata,
            "addresses": addresses,
            "paymentIntent": {
                "amount": to_base_units(self.total()), "amountReceived": to_base_units(self.amount_received()),
                "status": if paid { "succeeded" } else { "requires_payment_method" }, "transactions": transactions,
            },
        })
    }
}

impl Asset {
    /// For the payment page and the control API.
    pub(crate) fn summary_json(&self) -> Value {
        json!({
            "chain": self.chain, "network": self.network, "symbol": self.symbol, "token": self.token.to_string(),
            "address": self.address.to_string(),
        })
    }

    fn to_json(&self) -> Value {
        json!({
            "asset": {
                "name": if self.chain == chains::POLYGON { "USD Coin (bridged)" } else { "USD Coin" },
                "address": self.token.to_string(), "chainId": self.chain, "currency": "usdc", "symbol": self.symbol, "decimals": 6,
                "chain": {"id": self.chain, "name": self.network},
            },
            "paymentAddress": self.address.to_string(),
        })
    }
}
