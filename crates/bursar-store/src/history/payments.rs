//! Writes payments: those that the provider lists, and top-ups that were started on this machine.

use super::id_index::index_waiting_ids;
use super::payment_row::{AccountRow, Names, PaymentRow, ProviderDetails, is_reserved, status_of};
use super::verification::Verifier;
use super::{
    History, ensure_account_number, ensure_payer_number, ensure_source_number, find_account_number,
    late_payments,
};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, ProviderDetail, Result};
use bursar_domain::payment::{PaymentKind, RemotePayment, Status};
use bursar_domain::view::PaymentView;
use bursar_engine::top_up::{ConfirmedBy, Phase, TopUp};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The longest id or source that is accepted.
const MAX_TEXT_BYTES: usize = 256;

impl History {
    /// Writes payments by id as the provider lists them. Returns how many were new or changed. A known fee, source or
    /// transaction stays until the provider names another.
    ///
    /// # Errors
    /// `answer_malformed` for an invalid id or source; then nothing is written.
    pub fn put_payments(&self, account: &AccountId, payments: &[RemotePayment]) -> Result<u32> {
        for payment in payments {
            check_texts(payment)?;
        }
        if payments.is_empty() {
            return Ok(0);
        }
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            put_checked_payments(transaction, account, payments)
        })
    }

    /// Checks that a payment can be stored.
    ///
    /// # Errors
    /// `answer_malformed` for an invalid id or source.
    pub fn validate_payment(payment: &RemotePayment) -> Result<()> {
        check_texts(payment)
    }

    /// Writes a top-up of this machine: under the provider's id once that is known (which removes the row
    /// `local:<id>`), else under `local:<id>`.
    pub fn put_top_up(&self, account: &AccountId, top_up: &TopUp) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            let mut verifier = Verifier::new(transaction, account);
            put_top_up(&mut verifier, top_up)
        })
    }

    /// Removes the rows that this top-up had under other ids.
    pub fn delete_former_rows(&self, account: &AccountId, top_up: &TopUp) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            delete_former_rows(&mut Verifier::new(transaction, account), top_up)
        })
    }

    /// Ids of this machine's top-ups that are not final and that the provider has never listed.
    pub fn top_ups_unknown_to_provider(&self, account: &AccountId) -> Result<Vec<String>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(Vec::new());
            };
            let found = connection
                .prepare_cached(
                    "SELECT DISTINCT top_up FROM payment
                     WHERE account = ?1 AND unsettled = 1 AND said IS NULL AND top_up IS NOT NULL",
                )?
                .query_map([number], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(found)
        })
    }

    /// Removes the rows of a top-up that `bursar.db` does not know, for example after its loss. If it exists, the
    /// provider lists it again.
    pub fn delete_rows_unknown_to_provider(&self, account: &AccountId, top_up: &str) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            let rows = transaction
                .prepare_cached(
                    "SELECT id FROM payment
                     WHERE account = ?1 AND unsettled = 1 AND said IS NULL AND top_up = ?2",
                )?
                .query_map((account, top_up), |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            let mut verifier = Verifier::new(transaction, account);
            rows.iter().try_for_each(|row| verifier.remove_payment(row))
        })
    }

    /// The payments without those for which a newer answer of the provider is stored.
    pub fn without_superseded(
        &self,
        account: &AccountId,
        payments: Vec<RemotePayment>,
    ) -> Result<Vec<RemotePayment>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(payments.clone());
            };
            let mut latest = Vec::new();
            for payment in &payments {
                let row = PaymentRow::find(connection, number, &payment.id)?;
                if !row.is_some_and(|(_, row)| is_older(&row, payment)) {
                    latest.push(payment.clone());
                }
            }
            Ok(latest)
        })
    }

    /// One payment by its id.
    pub fn payment(&self, account: &AccountId, id: &str) -> Result<Option<PaymentView>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            let Some((_, row)) = PaymentRow::find(connection, number, id)? else {
                return Ok(None);
            };
            let names = Names {
                source: source_name(connection, row.source)?,
                payer: payer_name(connection, row.details.payer)?,
            };
            let account_row = AccountRow {
                id: account.clone(),
                verifiable: connection
                    .prepare_cached("SELECT verifiable FROM account WHERE number = ?1")?
                    .query_row([number], |row| row.get(0))?,
            };
            Ok(Some(row.view(&account_row, names)))
        })
    }

    /// When the account's oldest payment was created.
    pub fn oldest_payment(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            let oldest: Option<i64> = connection
                .prepare_cached("SELECT (SELECT created_at FROM payment WHERE account = ?1 ORDER BY line LIMIT 1)")?
                .query_row([number], |row| row.get(0))?;
            Ok(oldest.map(Timestamp))
        })
    }

    /// When the account's oldest payment that is not final was created.
    pub fn oldest_unsettled(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            let oldest: Option<i64> = connection
                .prepare_cached(
                    "SELECT (SELECT created_at FROM payment WHERE account = ?1 AND unsettled = 1
                             ORDER BY line LIMIT 1)",
                )?
                .query_row([number], |row| row.get(0))?;
            Ok(oldest.map(Timestamp))
        })
    }
}

/// Writes payments that were checked. Returns how many were new or changed.
pub(super) fn put_checked_payments(
    connection: &Connection,
    account: i64,
    payments: &[RemotePayment],
) -> StoreResult<u32> {
    let mut verifier = Verifier::new(connection, account);
    let mut sources = BTreeMap::new();
    let mut changed = 0_u32;
    for payment in payments {
        if put_payment(&mut verifier, &mut sources, payment)? {
            changed = changed.saturating_add(1);
        }
    }
    index_waiting_ids(connection)?;
    Ok(changed)
}

fn put_payment<'a>(
    verifier: &mut Verifier<'_>,
    sources: &mut BTreeMap<Option<&'a str>, i64>,
    payment: &'a RemotePayment,
) -> StoreResult<bool> {
    let connection = verifier.connection;
    let before = PaymentRow::find(connection, verifier.account, &payment.id)?;
    let known = before.as_ref().map(|(_, row)| row);
    if known.is_some_and(|row| is_older(row, payment)) {
        return Ok(false);
    }
    let after = PaymentRow {
        id: payment.id.clone(),
        kind: PaymentKind::of(&payment.purpose),
        provider_status: Some(status_of(payment.status)),
        provider_status_at: Some(payment.updated_at),
        local_status: known.and_then(|row| row.local_status),
        completed_by_chain: known.is_some_and(|row| row.completed_by_chain),
        amount: payment.amount.clone(),
        // Not every call of the provider returns these. A missing value does not remove a known one.
        fee: payment
            .fee
            .clone()
            .or_else(|| known.and_then(|row| row.fee.clone())),
        source: match (payment.source.as_deref(), known) {
            (None, Some(row)) => row.source,
            (source, _) => match sources.get(&source) {
                Some(number) => *number,
                None => {
                    let number = ensure_source_number(connection, source)?;
                    sources.insert(source, number);
                    number
                }
            },
        },
        created_at: payment.created_at,
        updated_at: payment.updated_at,
        provider_transaction: payment
            .transaction
            .or_else(|| known.and_then(|row| row.provider_transaction)),
        proof: known.and_then(|row| row.proof.clone()),
        top_up: known.and_then(|row| row.top_up.clone()),
        matchable_by_amount: known.is_some_and(|row| row.matchable_by_amount),
        details: ProviderDetails {
            number: payment.documents.number.clone(),
            payer: payment
                .documents
                .payer
                .as_deref()
                .map(|name| ensure_payer_number(connection, name))
                .transpose()?,
            method: payment.documents.method.clone(),
            purpose: payment
                .purpose
                .paid_for()
                .or_else(|| known.and_then(|row| row.details.purpose.clone())),
            reason: payment.reason.clone(),
            has_invoice: payment.documents.has_invoice,
        },
    };
    if known == Some(&after) {
        return Ok(false);
    }
    let had_ended = known
        .and_then(|row| row.provider_status)
        .is_some_and(late_payments::has_ended_unpaid);
    if had_ended && payment.status == Status::Completed {
        late_payments::record_late_payment(connection, verifier.account, &payment.id)?;
    }
    verifier.put_payment(before, after)?;
    Ok(true)
}

/// Whether a newer answer of the provider is stored. Of two answers with the same time, the one whose status is
/// further along is newer. A row that the provider never listed is never newer.
fn is_older(known: &PaymentRow, payment: &RemotePayment) -> bool {
    let (Some(provider_status), Some(provider_status_at)) =
        (known.provider_status, known.provider_status_at)
    else {
        return false;
    };
    payment.updated_at < provider_status_at
        || (payment.updated_at == provider_status_at
            && payment.status.goes_back_from(provider_status))
}

fn local_id(top_up: &str) -> String {
    format!("local:{top_up}")
}

/// The id of this top-up's row.
fn top_up_row_id(top_up: &TopUp) -> String {
    top_up
        .payment_id
        .clone()
        .unwrap_or_else(|| local_id(&top_up.id))
}

/// Removes the rows that this top-up had while its id was unknown or wrong. A row that the provider lists is a
/// payment of its own and stays.
fn delete_former_rows(verifier: &mut Verifier<'_>, top_up: &TopUp) -> StoreResult<()> {
    let now = top_up_row_id(top_up);
    let open = verifier
        .connection
        .prepare_cached(
            "SELECT id FROM payment WHERE account = ?1 AND unsettled = 1 AND top_up = ?2 AND said IS NULL",
        )?
        .query_map((verifier.account, &top_up.id), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    let former = [Some(local_id(&top_up.id)), top_up.intent_id.clone()];
    for id in former.into_iter().flatten().chain(open) {
        let row = if id == now {
            None
        } else {
            PaymentRow::find(verifier.connection, verifier.account, &id)?
        };
        if row.is_some_and(|(_, row)| row.provider_status.is_none()) {
            verifier.remove_payment(&id)?;
        }
    }
    Ok(())
}

fn put_top_up(verifier: &mut Verifier<'_>, top_up: &TopUp) -> StoreResult<()> {
    delete_former_rows(verifier, top_up)?;
    let connection = verifier.connection;
    let id = top_up_row_id(top_up);
    let before = PaymentRow::find(connection, verifier.account, &id)?;
    let local_status = Some(top_up.status());
    let completed_by_chain =
        top_up.phase == Phase::Completed && top_up.completed_by == Some(ConfirmedBy::Chain);
    let live = top_up.is_live().then(|| top_up.id.clone());
    let after = match before.as_ref().map(|(_, row)| row.clone()) {
        Some(row) => PaymentRow {
            local_status,
            completed_by_chain,
            top_up: live,
            updated_at: top_up
                .ended_at
                .map_or(row.updated_at, |ended| ended.max(row.updated_at)),
            ..row
        },
        None => PaymentRow {
            id,
            kind: top_up.kind(),
            provider_status: None,
            provider_status_at: None,
            local_status,
            completed_by_chain,
            amount: top_up.amount.clone(),
            fee: None,
            source: 0,
            created_at: top_up.provider_created_at.unwrap_or(top_up.created_at),
            updated_at: top_up.ended_at.unwrap_or(top_up.created_at),
            provider_transaction: None,
            proof: None,
            top_up: live,
            matchable_by_amount: false,
            details: ProviderDetails {
                purpose: top_up.purpose.paid_for(),
                reason: top_up.reason.clone(),
                ..ProviderDetails::default()
            },
        },
    };
    if before.as_ref().map(|(_, row)| row) == Some(&after) {
        return Ok(());
    }
    verifier.put_payment(before, after)
}

pub(super) fn check_texts(payment: &RemotePayment) -> Result<()> {
    let source_fits = payment
        .source
        .as_ref()
        .is_none_or(|source| source.len() <= MAX_TEXT_BYTES);
    let id_fits = (1..=MAX_TEXT_BYTES).contains(&payment.id.len()) && !is_reserved(&payment.id);
    let documents = &payment.documents;
    let documents_fit = [&documents.number, &documents.payer, &documents.method]
        .into_iter()
        .flatten()
        .all(|text| text.len() <= MAX_TEXT_BYTES * 4);
    if source_fits && id_fits && documents_fit {
        return Ok(());
    }
    Err(Error::new(
        Code::AnswerMalformed,
        ProviderDetail::PaymentIdUnusable,
    ))
}

pub(super) fn payer_name(
    connection: &Connection,
    number: Option<i64>,
) -> StoreResult<Option<String>> {
    number
        .map(|number| {
            Ok(connection
                .prepare_cached("SELECT name FROM payer WHERE number = ?1")?
                .query_row([number], |row| row.get(0))?)
        })
        .transpose()
}

pub(super) fn source_name(connection: &Connection, number: i64) -> StoreResult<Option<String>> {
    if number == 0 {
        return Ok(None);
    }
    Ok(connection
        .prepare_cached("SELECT name FROM source WHERE number = ?1")?
        .query_row([number], |row| row.get(0))?)
}
