//! Charges by day and resource, as the provider last listed them.

use super::{History, find_account_number};
use crate::encoding;
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::charges::{Resource, ResourceCharge, ResourceKind};
use bursar_domain::error::Result;
use rusqlite::{Transaction, params};

/// Replaces the charges of `days` (from, to; `YYYY-MM-DD`, both included).
pub(super) fn replace_resource_charges(
    transaction: &Transaction<'_>,
    account: i64,
    days: (&str, &str),
    charges: &[ResourceCharge],
) -> StoreResult<()> {
    transaction
        .prepare_cached(
            "DELETE FROM resource_charge WHERE account = ?1 AND date BETWEEN ?2 AND ?3",
        )?
        .execute(params![account, days.0, days.1])?;
    let mut insert = transaction.prepare_cached(
        "INSERT OR REPLACE INTO resource_charge VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for charge in charges {
        insert.execute(params![
            account,
            charge.date,
            charge.resource.id,
            charge.resource.name,
            kind_name(charge.resource.kind),
            charge.amount.to_decimal(),
            charge.amount.currency().as_str(),
        ])?;
    }
    Ok(())
}

impl History {
    /// The charges of each resource from `from` to `to` (`YYYY-MM-DD`, both included), oldest first.
    pub fn resource_charges(
        &self,
        account: &AccountId,
        from: &str,
        to: &str,
    ) -> Result<Vec<ResourceCharge>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(Vec::new());
            };
            connection
                .prepare_cached(
                    "SELECT date, resource, name, kind, amount, currency FROM resource_charge
                     WHERE account = ?1 AND date BETWEEN ?2 AND ?3 ORDER BY date, resource",
                )?
                .query_and_then(params![account, from, to], |row| {
                    Ok(ResourceCharge {
                        date: row.get(0)?,
                        resource: Resource {
                            id: row.get(1)?,
                            name: row.get(2)?,
                            kind: kind_of(&row.get::<_, String>(3)?),
                        },
                        amount: encoding::parse_amount(
                            &row.get::<_, String>(4)?,
                            &row.get::<_, String>(5)?,
                        )?,
                    })
                })?
                .collect::<StoreResult<_>>()
        })
    }
}

fn kind_name(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Machine => "machine",
        ResourceKind::Disk => "disk",
        ResourceKind::Address => "address",
        ResourceKind::Other => "other",
    }
}

/// Kinds of a later version count as other ones.
fn kind_of(name: &str) -> ResourceKind {
    match name {
        "machine" => ResourceKind::Machine,
        "disk" => ResourceKind::Disk,
        "address" => ResourceKind::Address,
        _ => ResourceKind::Other,
    }
}
