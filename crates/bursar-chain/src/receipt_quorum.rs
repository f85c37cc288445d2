//! Whether more than one RPC endpoint has the receipt of an event. One endpoint's answer is a claim; the same receipt
//! at two hosts is evidence.

use super::balance_contract::BalanceContract;
use super::chain::Chain;
use super::event_logs::{log_matches_event, read_range};
use super::fault::{Fault, combine_faults};
use super::rpc_answers::Receipt;
use super::rpc_calls::Call;
use super::rpc_connection::RpcConnection;
use alloy::primitives::{Address, TxHash};
use bursar_domain::chain_event::{BalanceEvent, is_same_event};
use bursar_domain::error::Result;
use bursar_platform::http::MAX_LOGS_BODY_BYTES;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

impl Chain {
    /// Whether two endpoints at different hosts have the event's transaction in the same block, as successful, and with
    /// the same log. One is enough if the network has only one host. `false` means no, or not yet. Each endpoint is
    /// asked now, because what it reported before a reorganisation no longer counts. Endpoints may number logs in
    /// different ways: one of them must have the log at the event's index, the others as many equal logs in the same
    /// transaction.
    ///
    /// # Errors
    /// As [`Chain::read`], if no endpoint answered at all.
    pub async fn has_receipt_quorum(&self, user: Address, event: &BalanceEvent) -> Result<bool> {
        self.has_receipt_quorum_for(user, event, 1).await
    }

    /// As [`Chain::has_receipt_quorum`], for `copies` events of the transaction that are equal but for their log index.
    ///
    /// # Errors
    /// As [`Chain::has_receipt_quorum`].
    pub(super) async fn has_receipt_quorum_for(
        &self,
        user: Address,
        event: &BalanceEvent,
        copies: usize,
    ) -> Result<bool> {
        let contract = self.balance_contract(user);
        let hosts: BTreeSet<&str> = self
            .inner
            .rpcs
            .iter()
            .map(|rpc| rpc.host.as_str())
            .collect();
        let needed = hosts.len().min(2);
        let mut witnesses: BTreeMap<String, ReceiptMatch> = BTreeMap::new();
        let mut faults = Vec::new();
        let mut answered = false;
        for rpc in self.by_priority() {
            let counts = witnesses.contains_key(&rpc.host);
            if counts || rpc.health().retry_after(Instant::now()).is_some() {
                continue;
            }
            match match_receipt(&self.connection(&rpc), &contract, event).await {
                Ok(receipt_match) => {
                    answered = true;
                    if let Some(receipt_match) =
                        receipt_match.filter(|receipt_match| receipt_match.equal_logs >= copies)
                    {
                        witnesses.insert(rpc.host.clone(), receipt_match);
                    }
                }
                Err(fault) => {
                    rpc.health().record_failure(&fault, Instant::now());
                    faults.push((rpc.host.clone(), fault));
                }
            }
            if needed > 0 && count_agreeing(witnesses.values()) >= needed {
                return Ok(true);
            }
        }
        if answered {
            Ok(false)
        } else {
            Err(combine_faults(faults))
        }
    }
}

/// How a receipt matches the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ReceiptMatch {
    /// The log is at the event's own index.
    has_log_index: bool,
    /// Logs of the transaction that equal the event.
    equal_logs: usize,
}

/// How many agree with a receipt that has the log at its index.
fn count_agreeing<'a>(witnesses: impl Iterator<Item = &'a ReceiptMatch> + Clone) -> usize {
    let Some(exact) = witnesses
        .clone()
        .find(|receipt_match| receipt_match.has_log_index)
    else {
        return 0;
    };
    witnesses
        .filter(|receipt_match| {
            receipt_match.has_log_index || receipt_match.equal_logs == exact.equal_logs
        })
        .count()
}

impl RpcConnection {
    pub(super) async fn receipt(&self, transaction: TxHash) -> Result<Option<Receipt>, Fault> {
        let calls = [Call::new("eth_getTransactionReceipt", json!([transaction]))];
        let mut answers = self.call_batch(&calls, MAX_LOGS_BODY_BYTES).await?;
        match answers.next::<Option<Receipt>>("a receipt")? {
            Some(receipt) if receipt.transaction_hash != transaction => {
                Err(Fault::Malformed("another receipt than was asked for"))
            }
            receipt => Ok(receipt),
        }
    }
}

async fn match_receipt(
    connection: &RpcConnection,
    contract: &BalanceContract,
    event: &BalanceEvent,
) -> Result<Option<ReceiptMatch>, Fault> {
    connection.fetch_head().await?;
    let Some(receipt) = connection.receipt(event.transaction).await? else {
        return Ok(None);
    };
    let token_facts = connection.token_facts()?;
    let in_block = receipt.block_hash == event.block_hash
        && receipt.block_number == event.block
        && receipt.status == 1;
    let logs = receipt.logs.iter().filter(|log| !log.removed);
    let equal_logs: Vec<u64> = logs
        .filter(|log| log_matches_event(contract, log, &token_facts, event))
        .map(|log| log.log_index)
        .collect();
    if !in_block || equal_logs.is_empty() {
        return Ok(None);
    }
    let has_log_index = equal_logs.contains(&event.log_index)
        || is_listed(connection, contract, event)
            .await
            .unwrap_or(false);
    Ok(Some(ReceiptMatch {
        has_log_index,
        equal_logs: equal_logs.len(),
    }))
}

/// Whether the endpoint lists the event at its index among its block's logs, although the receipt has another index for
/// it.
async fn is_listed(
    connection: &RpcConnection,
    contract: &BalanceContract,
    event: &BalanceEvent,
) -> Result<bool, Fault> {
    let listed = read_range(connection, contract, event.block, event.block).await?;
    let is_it = |listed: &BalanceEvent| is_same_event(listed, event);
    Ok(listed.to_hash == event.block_hash && listed.events.iter().any(is_it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_one_at_its_index_and_as_many_equal_logs_elsewhere() {
        let receipt_match = |has_log_index, equal_logs| ReceiptMatch {
            has_log_index,
            equal_logs,
        };
        let count = |all: &[ReceiptMatch]| count_agreeing(all.iter());
        assert_eq!(count(&[]), 0);
        assert_eq!(
            count(&[receipt_match(false, 1), receipt_match(false, 1)]),
            0
        );
        assert_eq!(count(&[receipt_match(false, 1), receipt_match(true, 1)]), 2);
        assert_eq!(count(&[receipt_match(true, 2), receipt_match(false, 1)]), 1);
        assert_eq!(count(&[receipt_match(true, 2), receipt_match(true, 1)]), 2);
    }
}
