//! A row of the table `payment`, and the numbers that stand for its enums.

use crate::encoding::{from_json, parse_amount};
use crate::error::{StoreError, StoreResult};
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::{Amount, MAX_SCALE};
use bursar_domain::paid_for::PaidFor;
use bursar_domain::payment::{FailureReason, PaymentKind, PaymentStatus, Status};
use bursar_domain::unicode::search_key;
use bursar_domain::view::{MatchedBy, PaymentView};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Every status. Its index is its number in the database, so the order must not change.
pub(super) const STATUSES: [PaymentStatus; 11] = [
    PaymentStatus::Starting,
    PaymentStatus::Open,
    PaymentStatus::Confirming,
    PaymentStatus::UnderReview,
    PaymentStatus::Completed,
    PaymentStatus::Cancelled,
    PaymentStatus::Expired,
    PaymentStatus::Failed,
    PaymentStatus::NotStarted,
    PaymentStatus::Refunding,
    PaymentStatus::Refunded,
];
const KINDS: [PaymentKind; 5] = [
    PaymentKind::TopUp,
    PaymentKind::Credit,
    PaymentKind::Refund,
    PaymentKind::Renewal,
    PaymentKind::Migration,
];
const MATCHES: [MatchedBy; 2] = [MatchedBy::ById, MatchedBy::ByAmount];

/// A row of the table `payment` without its key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PaymentRow {
    pub(super) id: String,
    pub(super) kind: PaymentKind,
    pub(super) provider_status: Option<PaymentStatus>,
    /// When the provider set that status, by its clock.
    pub(super) provider_status_at: Option<Timestamp>,
    pub(super) local_status: Option<PaymentStatus>,
    pub(super) completed_by_chain: bool,
    pub(super) amount: Amount,
    pub(super) fee: Option<Amount>,
    pub(super) source: i64,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) provider_transaction: Option<B256>,
    pub(super) proof: Option<Proof>,
    pub(super) top_up: Option<String>,
    pub(super) matchable_by_amount: bool,
    pub(super) details: ProviderDetails,
}

/// What a provider records about a payment apart from its money.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ProviderDetails {
    pub(super) number: Option<String>,
    /// The number of the payer's name.
    pub(super) payer: Option<i64>,
    pub(super) method: Option<String>,
    pub(super) purpose: Option<PaidFor>,
    pub(super) reason: Option<FailureReason>,
    pub(super) has_invoice: bool,
}

/// The names behind a row's numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) source: Option<String>,
    pub(super) payer: Option<String>,
}

/// A row of the table `account`.
#[derive(Clone, Debug)]
pub(super) struct AccountRow {
    pub(super) id: AccountId,
    /// Whether there is a chain on which its payments can be verified.
    pub(super) verifiable: bool,
}

/// The event that verifies a payment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Proof {
    pub(super) transaction: B256,
    pub(super) block: u64,
    /// `None` for a row that shows the event itself.
    pub(super) matched: Option<MatchedBy>,
}

pub(super) const COLUMNS: &str = "p.line, p.account, p.id, p.kind, p.said, p.step, p.by_chain, p.amount, p.currency,
    p.fee, p.fee_currency, p.source, p.created_at, p.updated_at, p.claim, p.tx, p.block, p.verified, p.matched,
    p.top_up, p.loose, p.number, p.payer, p.method, p.purpose, p.reason, p.has_invoice,
    p.said_at";

impl PaymentRow {
    /// The status to show: the provider's, unless the state machine knows more from the chain.
    pub(super) fn status(&self) -> PaymentStatus {
        match (self.provider_status, self.local_status) {
            (Some(_), Some(PaymentStatus::Completed)) if self.completed_by_chain => {
                PaymentStatus::Completed
            }
            (Some(PaymentStatus::Open), Some(PaymentStatus::Confirming)) => {
                PaymentStatus::Confirming
            }
            (Some(provider_status), _) => provider_status,
            (None, Some(local_status)) => local_status,
            (None, None) => PaymentStatus::Completed,
        }
    }

    pub(super) fn is_unsettled(&self) -> bool {
        let status = self.provider_status.unwrap_or_else(|| self.status());
        match status {
            PaymentStatus::Starting
            | PaymentStatus::Open
            | PaymentStatus::Confirming
            | PaymentStatus::UnderReview
            | PaymentStatus::Refunding => true,
            PaymentStatus::Completed
            | PaymentStatus::Cancelled
            | PaymentStatus::Expired
            | PaymentStatus::Failed
            | PaymentStatus::NotStarted
            | PaymentStatus::Refunded => false,
        }
    }

    pub(super) fn read(row: &Row<'_>) -> StoreResult<Self> {
        let fee: Option<String> = row.get(9)?;
        let fee_currency: Option<String> = row.get(10)?;
        let verified: bool = row.get(17)?;
        let proof = if verified {
            Some(Proof {
                transaction: parse_hash(row.get(15)?)?,
                block: block_from_column(row.get(16)?),
                matched: row
                    .get::<_, Option<i64>>(18)?
                    .map(|n| from_column(&MATCHES, n))
                    .transpose()?,
            })
        } else {
            None
        };
        Ok(Self {
            id: row.get(2)?,
            kind: from_column(&KINDS, row.get(3)?)?,
            provider_status: row
                .get::<_, Option<i64>>(4)?
                .map(|n| from_column(&STATUSES, n))
                .transpose()?,
            local_status: row
                .get::<_, Option<i64>>(5)?
                .map(|n| from_column(&STATUSES, n))
                .transpose()?,
            completed_by_chain: row.get(6)?,
            provider_status_at: row.get::<_, Option<i64>>(27)?.map(Timestamp),
            amount: parse_amount(&row.get::<_, String>(7)?, &row.get::<_, String>(8)?)?,
            fee: fee
                .zip(fee_currency)
                .map(|(fee, currency)| parse_amount(&fee, &currency))
                .transpose()?,
            source: row.get(11)?,
            created_at: Timestamp(row.get(12)?),
            updated_at: Timestamp(row.get(13)?),
            provider_transaction: row
                .get::<_, Option<Vec<u8>>>(14)?
                .map(parse_hash)
                .transpose()?,
            proof,
            top_up: row.get(19)?,
            matchable_by_amount: row.get(20)?,
            details: ProviderDetails {
                number: row.get(21)?,
                payer: row.get(22)?,
                method: row.get(23)?,
                purpose: row.get::<_, Option<String>>(24)?.map(PaidFor::from_column),
                reason: row
                    .get::<_, Option<String>>(25)?
                    .as_deref()
                    .map(from_json)
                    .transpose()?,
                has_invoice: row.get(26)?,
            },
        })
    }

    pub(super) fn view(self, account_row: &AccountRow, names: Names) -> PaymentView {
        let status = self.status();
        let transaction = self.transaction();
        let matched = self.matched();
        PaymentView {
            account: account_row.id.clone(),
            provider_id: (!is_reserved(&self.id)).then(|| self.id.clone()),
            number: self.details.number,
            kind: self.kind,
            purpose: self.details.purpose,
            status,
            reason: self.details.reason.clone(),
            amount: self.amount,
            fee: self.fee,
            source: names.source,
            source_title: None,
            other_source: None,
            late_money: None,
            payer: names.payer,
            method: self.details.method,
            has_invoice: self.details.has_invoice,
            created_at: self.created_at,
            updated_at: self.updated_at,
            verifiable: account_row.verifiable,
            verified: self.proof.is_some(),
            matched,
            transaction: transaction.map(|transaction| transaction.to_string()),
            block: self.proof.map(|proof| proof.block.to_string()),
            top_up: self.top_up,
            id: self.id,
        }
    }

    /// The transaction to show: the event's, else the one that the provider names.
    pub(super) fn transaction(&self) -> Option<B256> {
        let proven = self.proof.as_ref().map(|proof| proof.transaction);
        proven.or(self.provider_transaction)
    }

    /// How the verifying event was matched; `None` for a row that shows the event itself.
    pub(super) fn matched(&self) -> Option<MatchedBy> {
        self.proof.as_ref().and_then(|proof| proof.matched)
    }

    /// The text that the index of ids holds: the search key of the id and, if there is one, of the number.
    pub(super) fn search_text(&self) -> String {
        match &self.details.number {
            Some(number) => search_key(&format!("{} {number}", self.id)).into_owned(),
            None => search_key(&self.id).into_owned(),
        }
    }

    /// The row with this id, and its key.
    pub(super) fn find(
        connection: &Connection,
        account: i64,
        id: &str,
    ) -> StoreResult<Option<(i64, Self)>> {
        let found = connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM payment p WHERE p.account = ?1 AND p.id = ?2"
            ))?
            .query_row(params![account, id], |row| {
                Ok((row.get(0)?, Self::read(row)))
            })
            .optional()?;
        found.map(|(line, read)| Ok((line, read?))).transpose()
    }
}

/// The absolute amount as two integers that compare across scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AmountKey {
    pub(super) whole: i64,
    /// In 10^-18.
    pub(super) fraction: i64,
}

impl AmountKey {
    /// `None` if the whole part exceeds 64 bits.
    pub(super) fn of(amount: &Amount) -> Option<Self> {
        let units = amount.units().checked_abs()?;
        let unit = 10_i128.checked_pow(u32::from(amount.scale()))?;
        let finer = 10_i128.checked_pow(u32::from(MAX_SCALE.checked_sub(amount.scale())?))?;
        Some(Self {
            whole: i64::try_from(units.checked_div(unit)?).ok()?,
            fraction: i64::try_from(units.checked_rem(unit)?.checked_mul(finer)?).ok()?,
        })
    }
}

pub(super) fn status_of(status: Status) -> PaymentStatus {
    match status {
        Status::Open => PaymentStatus::Open,
        Status::Confirming => PaymentStatus::Confirming,
        Status::UnderReview => PaymentStatus::UnderReview,
        Status::Completed => PaymentStatus::Completed,
        Status::Cancelled => PaymentStatus::Cancelled,
        Status::Expired => PaymentStatus::Expired,
        Status::Failed => PaymentStatus::Failed,
        Status::Refunding => PaymentStatus::Refunding,
        Status::Refunded => PaymentStatus::Refunded,
    }
}

pub(super) fn status_to_column(status: PaymentStatus) -> i64 {
    to_column(&STATUSES, status)
}

pub(super) fn parse_hash(bytes: Vec<u8>) -> StoreResult<B256> {
    B256::try_from(bytes.as_slice()).map_err(|_| StoreError::Corrupt("a hash cannot be read."))
}

/// A block number beyond SQLite's integers, which no chain reaches, becomes the largest one.
pub(super) fn block_to_column(block: u64) -> i64 {
    i64::try_from(block).unwrap_or(i64::MAX)
}

pub(super) fn block_from_column(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or_default()
}

fn to_column<T: PartialEq + Copy>(all: &[T], one: T) -> i64 {
    all.iter()
        .position(|each| *each == one)
        .and_then(|index| i64::try_from(index).ok())
        .unwrap_or_default()
}

fn from_column<T: Copy>(all: &[T], number: i64) -> StoreResult<T> {
    usize::try_from(number)
        .ok()
        .and_then(|index| all.get(index).copied())
        .ok_or(StoreError::Corrupt("a number stands for nothing."))
}

pub(super) fn kind_to_column(kind: PaymentKind) -> i64 {
    to_column(&KINDS, kind)
}

pub(super) fn match_to_column(matched: MatchedBy) -> i64 {
    to_column(&MATCHES, matched)
}

/// Whether only Bursar assigns such ids: to credits without a top-up, and to top-ups without a payment.
pub(super) fn is_reserved(id: &str) -> bool {
    id.starts_with("chain:") || id.starts_with("local:")
}
