//! A second RPC's word on events before they are taken for true: what one RPC alone tells may be of its own making.
//! Where the network has one host only, or no other answers, the one is believed.

use super::EventBatch;
use super::events::read_range;
use super::fault::Fault;
use super::keeper::Subject;
use super::line::Rpc;
use super::reader::Chain;
use crate::error::{Code, Error, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long another RPC may take to come to a block that the first one has.
const CATCH_UP: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// What an RPC tells of some blocks; `None` where its head is old and has not come to them.
pub(super) type Told = Result<Option<EventBatch>, Fault>;

impl Chain {
    /// The RPC that is asked beside the first, at another host; `None` where there is none to be asked now.
    pub(super) fn witness(&self) -> Option<Arc<Rpc>> {
        let order = self.order();
        let first = order.first()?;
        let now = Instant::now();
        order
            .iter()
            .find(|rpc| rpc.host != first.host && rpc.standing().may_be_asked(now))
            .cloned()
    }

    /// Asks one RPC at another host than `first` for the events of the batch's blocks. An RPC whose old head is below
    /// them, or one that does not answer, says nothing of them; one with a new head that does not get to these blocks does.
    /// `said` is what one of them has told already.
    ///
    /// # Errors
    /// `rpcs_disagree`, naming both hosts, for the next look to find settled or not.
    pub(super) async fn second(
        &self,
        subject: &Subject,
        first: &str,
        batch: &EventBatch,
        mut said: Option<(Arc<Rpc>, Told)>,
    ) -> Result<()> {
        if batch.events.is_empty() {
            return Ok(());
        }
        for rpc in self.order() {
            if rpc.host == first || !rpc.standing().may_be_asked(Instant::now()) {
                continue;
            }
            let told = match said.take_if(|(told_by, _)| Arc::ptr_eq(told_by, &rpc)) {
                Some((_, told)) => told,
                None => self.told_by(&rpc, subject, batch.from, batch.to).await,
            };
            match told {
                Ok(Some(told)) if told == *batch => return Ok(()),
                Ok(Some(_)) | Err(Fault::Behind) => {
                    return Err(Error::passing(
                        Code::RpcsDisagree,
                        format!(
                            "{first} and {} do not tell the same of the newest events. Nothing is taken from either until they do.",
                            rpc.host
                        ),
                    ));
                }
                Ok(None) => {}
                Err(fault) => rpc.standing().failed(&fault, Instant::now()),
            }
        }
        Ok(())
    }

    /// What this RPC tells of these blocks, once it has come to them; `None` where it stays behind with an old head.
    pub(super) async fn told_by(
        &self,
        rpc: &Arc<Rpc>,
        subject: &Subject,
        from: u64,
        to: u64,
    ) -> Told {
        let line = self.line(rpc);
        let begun = Instant::now();
        loop {
            let head = line.open().await?;
            if head.number >= to {
                return read_range(&line, subject, from, to).await.map(Some);
            }
            if self.looks_old(rpc, head) {
                return Ok(None);
            }
            if begun.elapsed() > CATCH_UP {
                return Err(Fault::Behind);
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}
