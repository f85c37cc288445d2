//! Whether more than one RPC stands by an event. A single RPC's word is a claim; the same receipt at two
//! hosts is evidence.

use super::UserEvent;
use super::events::same_event;
use super::fault::{Fault, told_together};
use super::keeper::Subject;
use super::line::Line;
use super::reader::Chain;
use super::rpc::Call;
use super::wire::Receipt;
use crate::error::Result;
use crate::http::LOGS_LIMIT;
use alloy_primitives::Address;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Instant;

impl Chain {
    /// Whether two RPCs at different hosts (the one, where the network has only one) have the transaction of
    /// the user's event in the same block, succeeded, with the same log. `false`: not, or not yet. Each is asked
    /// now, so that what one of them said before a reorganisation does not count.
    ///
    /// # Errors
    /// As [`Chain::read`], when no RPC answered at all.
    pub async fn agreed(&self, user: Address, event: &UserEvent) -> Result<bool> {
        let subject = self.subject(user);
        let hosts: BTreeSet<&str> = self
            .inner
            .rpcs
            .iter()
            .map(|rpc| rpc.host.as_str())
            .collect();
        let needed = hosts.len().min(2);
        let mut witnesses = BTreeSet::new();
        let mut faults = Vec::new();
        let mut answered = false;
        for rpc in self.order() {
            if witnesses.contains(&rpc.host) || rpc.standing().must_wait(Instant::now()).is_some() {
                continue;
            }
            match has_receipt(&self.line(&rpc), &subject, event).await {
                Ok(has_it) => {
                    answered = true;
                    if has_it {
                        witnesses.insert(rpc.host.clone());
                    }
                }
                Err(fault) => {
                    rpc.standing().failed(&fault, Instant::now());
                    faults.push((rpc.host.clone(), fault));
                }
            }
            if needed > 0 && witnesses.len() >= needed {
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

async fn has_receipt(line: &Line, subject: &Subject, event: &UserEvent) -> Result<bool, Fault> {
    line.open().await?;
    let call = Call::new("eth_getTransactionReceipt", json!([event.transaction]));
    let mut answers = line.ask(&[call], LOGS_LIMIT).await?;
    let Some(receipt) = answers.next::<Option<Receipt>>("a receipt")? else {
        return Ok(false);
    };
    if receipt.transaction_hash != event.transaction {
        return Err(Fault::Malformed("another receipt than was asked for"));
    }
    let decimals = line.decimals()?;
    let in_place = receipt.block_hash == event.block_hash
        && receipt.block_number == event.block
        && receipt.status == 1;
    Ok(in_place
        && receipt
            .logs
            .iter()
            .filter(|log| log.log_index == event.log_index && !log.removed)
            .any(|log| same_event(subject, log, decimals, event)))
}
