//! Writes payment rows together with what depends on them: the tallies, and the ids that wait to be indexed.

use super::payment_row::{
    AmountKey, PaymentRow, block_to_column, kind_to_column, match_to_column, status_to_column,
};
use super::row_key::{day_of_row_key, unused_row_key};
use crate::encoding::to_json;
use crate::error::StoreResult;
use alloy_primitives::B256;
use bursar_domain::money::Amount;
use bursar_domain::paid_for::PaidFor;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

impl PaymentRow {
    /// Inserts the row under an unused key of its time.
    pub(super) fn insert(&self, connection: &Connection, account: i64) -> StoreResult<()> {
        let row_key = unused_row_key(connection, self.created_at)?;
        let key = AmountKey::of(&self.amount);
        let proof = self.proof.as_ref();
        connection
            .prepare_cached(
                "INSERT INTO payment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)",
            )?
            .execute(params![
                row_key,
                account,
                self.id,
                kind_to_column(self.kind),
                status_to_column(self.status()),
                self.provider_status.map(status_to_column),
                self.local_status.map(status_to_column),
                self.completed_by_chain,
                self.amount.to_decimal(),
                self.amount.currency().as_str(),
                key.map(|key| key.whole),
                key.map(|key| key.fraction),
                self.fee.as_ref().map(Amount::to_decimal),
                self.fee.as_ref().map(|fee| fee.currency().as_str()),
                self.source,
                self.created_at.0,
                self.updated_at.0,
                self.provider_transaction.as_ref().map(|hash| hash.as_slice()),
                self.transaction().as_ref().map(|hash| hash.as_slice()),
                proof.map(|proof| block_to_column(proof.block)),
                proof.is_some(),
                proof.and_then(|proof| proof.matched).map(match_to_column),
                self.top_up,
                self.matchable_by_amount,
                self.is_unsettled(),
                self.details.number,
                self.details.payer,
                self.details.method,
                self.details.purpose.as_ref().map(PaidFor::to_column),
                self.details.reason.as_ref().map(to_json).transpose()?,
                self.details.has_invoice,
                self.provider_status_at.map(|at| at.0),
            ])?;
        connection
            .prepare_cached("INSERT INTO id_waiting VALUES (?1)")?
            .execute([row_key])?;
        self.add_to_tallies(connection, account, row_key, 1)
    }

    /// Replaces the row `before` at this key. If the creation time or something that is indexed for searches has changed,
    /// the row is deleted and inserted again.
    pub(super) fn replace(
        &self,
        connection: &Connection,
        account: i64,
        row_key: i64,
        before: &Self,
    ) -> StoreResult<()> {
        let moved = before.created_at != self.created_at
            || before.amount != self.amount
            || before.kind != self.kind
            || before.id != self.id
            || before.details.number != self.details.number;
        if moved {
            before.delete(connection, account, row_key)?;
            return self.insert(connection, account);
        }
        let status = status_to_column(self.status());
        if status != status_to_column(before.status()) || before.source != self.source {
            connection
                .prepare_cached("UPDATE payment SET status = ?2, source = ?3 WHERE line = ?1")?
                .execute(params![row_key, status, self.source])?;
            before.add_to_tallies(connection, account, row_key, -1)?;
            self.add_to_tallies(connection, account, row_key, 1)?;
        }
        let mut changes = ColumnChanges::default();
        changes.add(
            "claim",
            self.provider_transaction != before.provider_transaction,
            || blob(self.provider_transaction),
        );
        changes.add("tx", self.transaction() != before.transaction(), || {
            blob(self.transaction())
        });
        if self.proof != before.proof {
            let proof = self.proof.as_ref();
            let matched = proof.and_then(|proof| proof.matched);
            changes.set("block", proof.map(|proof| block_to_column(proof.block)));
            changes.set("verified", proof.is_some());
            changes.set("matched", matched.map(match_to_column));
        }
        if self.details != before.details {
            let details = &self.details;
            changes.set("payer", details.payer);
            changes.set("method", details.method.clone());
            changes.set("purpose", details.purpose.as_ref().map(PaidFor::to_column));
            changes.set("reason", details.reason.as_ref().map(to_json).transpose()?);
            changes.set("has_invoice", details.has_invoice);
        }
        if self.fee != before.fee {
            let fee = self.fee.as_ref();
            changes.set("fee", fee.map(Amount::to_decimal));
            changes.set(
                "fee_currency",
                fee.map(|fee| fee.currency().as_str().to_owned()),
            );
        }
        changes.add(
            "said",
            self.provider_status != before.provider_status,
            || self.provider_status.map(status_to_column).into(),
        );
        changes.add(
            "said_at",
            self.provider_status_at != before.provider_status_at,
            || self.provider_status_at.map(|at| at.0).into(),
        );
        changes.add("step", self.local_status != before.local_status, || {
            self.local_status.map(status_to_column).into()
        });
        changes.add(
            "by_chain",
            self.completed_by_chain != before.completed_by_chain,
            || self.completed_by_chain.into(),
        );
        changes.add("updated_at", self.updated_at != before.updated_at, || {
            self.updated_at.0.into()
        });
        changes.add("top_up", self.top_up != before.top_up, || {
            self.top_up.clone().into()
        });
        changes.add(
            "loose",
            self.matchable_by_amount != before.matchable_by_amount,
            || self.matchable_by_amount.into(),
        );
        let unsettled = self.is_unsettled();
        changes.add("unsettled", unsettled != before.is_unsettled(), || {
            unsettled.into()
        });
        changes.write(connection, row_key)?;
        Ok(())
    }

    /// Deletes this row, whose key is `row_key`.
    pub(super) fn delete(
        &self,
        connection: &Connection,
        account: i64,
        row_key: i64,
    ) -> StoreResult<()> {
        let waited = connection
            .prepare_cached("DELETE FROM id_waiting WHERE line = ?1")?
            .execute([row_key])?;
        if waited == 0 {
            connection
                .prepare_cached(
                    "INSERT INTO id_part (id_part, rowid, id) VALUES ('delete', ?1, ?2)",
                )?
                .execute(params![row_key, self.search_text()])?;
        }
        connection
            .prepare_cached("DELETE FROM payment WHERE line = ?1")?
            .execute([row_key])?;
        self.add_to_tallies(connection, account, row_key, -1)
    }

    fn add_to_tallies(
        &self,
        connection: &Connection,
        account: i64,
        row_key: i64,
        by: i64,
    ) -> StoreResult<()> {
        let status = status_to_column(self.status());
        connection
            .prepare_cached(
                "INSERT INTO tally VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET lines = lines + ?5",
            )?
            .execute(params![
                account,
                self.source,
                status,
                day_of_row_key(row_key),
                by
            ])?;
        connection
            .prepare_cached(
                "INSERT INTO total VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET lines = lines + ?4",
            )?
            .execute(params![account, self.source, status, by])?;
        let Some(key) = AmountKey::of(&self.amount) else {
            return Ok(());
        };
        connection
            .prepare_cached(
                "INSERT INTO amount_tally VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET lines = lines + ?5",
            )?
            .execute(params![account, key.whole, key.fraction, status, by])?;
        Ok(())
    }
}

/// The columns of a row that have changed. Only these are updated, so only their indexes are touched.
#[derive(Default)]
struct ColumnChanges {
    columns: Vec<&'static str>,
    values: Vec<Value>,
}

impl ColumnChanges {
    fn set(&mut self, column: &'static str, value: impl Into<Value>) {
        self.columns.push(column);
        self.values.push(value.into());
    }

    fn add(&mut self, column: &'static str, changed: bool, value: impl FnOnce() -> Value) {
        if changed {
            self.set(column, value());
        }
    }

    /// Writes all changes in one statement, or none.
    fn write(mut self, connection: &Connection, row_key: i64) -> StoreResult<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let set = self.columns.join(" = ?, ");
        self.values.push(Value::Integer(row_key));
        connection
            .prepare_cached(&format!("UPDATE payment SET {set} = ? WHERE line = ?"))?
            .execute(params_from_iter(self.values))?;
        Ok(())
    }
}

fn blob(hash: Option<B256>) -> Value {
    hash.map(|hash| hash.to_vec()).into()
}
