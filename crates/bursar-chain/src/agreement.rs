//! Whether more than one RPC stands by an event. A single RPC's word is a claim; the same receipt at two
//! hosts is evidence.

use super::events::{read_range, same_event};
use super::fault::{Fault, told_together};
use super::keeper::Subject;
use super::line::Line;
use super::reader::Chain;
use super::rpc::Call;
use super::wire::Receipt;
use alloy_primitives::Address;
use bursar_domain::chain_event::BalanceEvent;
use bursar_domain::error::Result;
use bursar_platform::http::LOGS_LIMIT;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

impl Chain {
    /// Whether two RPCs at different hosts (the one, where the network has only one) have the transaction of
    /// the user's event in the same block, succeeded, with the same log. `false`: not, or not yet. Each is asked
    /// now, so that what one of them said before a reorganisation does not count. RPCs may count logs in different
    /// ways: one of them has the log in the event's place, the others as many like it in the same transaction.
    ///
    /// # Errors
    /// As [`Chain::read`], when no RPC answered at all.
    pub async fn has_receipt_quorum(&self, user: Address, event: &BalanceEvent) -> Result<bool> {
        self.agreed_on(user, event, 1).await
    }

    /// As [`Chain::has_receipt_quorum`], on `times` events of the transaction that are the same but for their places.
    ///
    /// # Errors
    /// As [`Chain::has_receipt_quorum`].
    pub(super) async fn agreed_on(
        &self,
        user: Address,
        event: &BalanceEvent,
        times: usize,
    ) -> Result<bool> {
        let subject = self.subject(user);
        let hosts: BTreeSet<&str> = self
            .inner
            .rpcs
            .iter()
            .map(|rpc| rpc.host.as_str())
            .collect();
        let needed = hosts.len().min(2);
        let mut witnesses: BTreeMap<String, Seen> = BTreeMap::new();
        let mut faults = Vec::new();
        let mut answered = false;
        for rpc in self.order() {
            let counts = witnesses.contains_key(&rpc.host);
            if counts || rpc.standing().must_wait(Instant::now()).is_some() {
                continue;
            }
            match look_at_receipt(&self.line(&rpc), &subject, event).await {
                Ok(seen) => {
                    answered = true;
                    if let Some(seen) = seen.filter(|seen| seen.alike >= times) {
                        witnesses.insert(rpc.host.clone(), seen);
                    }
                }
                Err(fault) => {
                    rpc.standing().failed(&fault, Instant::now());
                    faults.push((rpc.host.clone(), fault));
                }
            }
            if needed > 0 && agreeing(witnesses.values()) >= needed {
                return Ok(true);
            }
        }
        if answered {
            Ok(false)
        } else {
            Err(told_together(faults))
        }
    }
}

/// How an RPC has the event's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// In the event's own place.
    in_place: bool,
    /// Logs of the transaction that tell the same.
    alike: usize,
}

/// How many agree with one that has the log in its place.
fn agreeing<'a>(witnesses: impl Iterator<Item = &'a Seen> + Clone) -> usize {
    let Some(exact) = witnesses.clone().find(|seen| seen.in_place) else {
        return 0;
    };
    witnesses
        .filter(|seen| seen.in_place || seen.alike == exact.alike)
        .count()
}

async fn look_at_receipt(
    line: &Line,
    subject: &Subject,
    event: &BalanceEvent,
) -> Result<Option<Seen>, Fault> {
    line.open().await?;
    let call = Call::new("eth_getTransactionReceipt", json!([event.transaction]));
    let mut answers = line.ask(&[call], LOGS_LIMIT).await?;
    let Some(receipt) = answers.next::<Option<Receipt>>("a receipt")? else {
        return Ok(None);
    };
    if receipt.transaction_hash != event.transaction {
        return Err(Fault::Malformed("another receipt than was asked for"));
    }
    let decimals = line.decimals()?;
    let in_block = receipt.block_hash == event.block_hash
        && receipt.block_number == event.block
        && receipt.status == 1;
    let logs = receipt.logs.iter().filter(|log| !log.removed);
    let alike: Vec<u64> = logs
        .filter(|log| same_event(subject, log, decimals, event))
        .map(|log| log.log_index)
        .collect();
    if !in_block || alike.is_empty() {
        return Ok(None);
    }
    let in_place =
        alike.contains(&event.log_index) || is_listed(line, subject, event).await.unwrap_or(false);
    Ok(Some(Seen {
        in_place,
        alike: alike.len(),
    }))
}

/// Whether the RPC lists the event in its place among its block's logs, where the receipt has another place for it.
async fn is_listed(line: &Line, subject: &Subject, event: &BalanceEvent) -> Result<bool, Fault> {
    let listed = read_range(line, subject, event.block, event.block).await?;
    Ok(listed.to_hash == event.block_hash && listed.events.contains(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_place_is_needed_and_the_others_must_have_as_many() {
        let seen = |in_place, alike| Seen { in_place, alike };
        let count = |all: &[Seen]| agreeing(all.iter());
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[seen(false, 1), seen(false, 1)]), 0);
        assert_eq!(count(&[seen(false, 1), seen(true, 1)]), 2);
        assert_eq!(count(&[seen(true, 2), seen(false, 1)]), 1);
        assert_eq!(count(&[seen(true, 2), seen(true, 1)]), 2);
    }
}
