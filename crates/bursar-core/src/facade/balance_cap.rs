//! How much can be added before a network's cap is reached, and what counts towards the cap.

use super::{Bursar, views};
use crate::driver::{Connection, blocking};
use bursar_domain::error::{AmountDetail, Code, Error, Result};
use bursar_domain::money::Amount;
use bursar_domain::payment::Purpose;
use bursar_engine::State;
use std::sync::Arc;

impl Bursar {
    /// What counts towards the cap: the API's balance if it answers, else the sum of free, reserved and held on the
    /// chain; unknown if neither answers. Figures of an earlier session do not count.
    pub(super) async fn balance_towards_cap(
        &self,
        connection: &Connection,
        state: Option<&State>,
    ) -> Result<Option<Amount>> {
        let history = Arc::clone(&self.services.history);
        let (account, state) = (connection.account.clone(), state.cloned());
        let now = self.services.clock.now();
        let known =
            blocking(move || views::known_balances(&account, state.as_ref(), &history, now))
                .await?;
        if let Some((api, _)) = known.api.filter(|_| known.api_answers) {
            return Ok(Some(api.balance));
        }
        let reading = known.reading.filter(|_| known.chain_answers);
        Ok(reading.and_then(|reading| {
            reading
                .free
                .checked_add(&reading.reserved)?
                .checked_add(&reading.held)
        }))
    }

    /// How much can still be added below the cap. Open top-ups count as if their money had arrived.
    pub(super) async fn headroom(
        &self,
        connection: &Connection,
        state: Option<&State>,
    ) -> Result<Option<Amount>> {
        let Some(cap) = connection.account.network.limits.balance_max.clone() else {
            return Ok(None);
        };
        let Some(base) = self.balance_towards_cap(connection, state).await? else {
            return Ok(None);
        };
        let open = state
            .iter()
            .flat_map(|state| state.top_ups.values())
            .filter(|top_up| top_up.is_live() && top_up.purpose == Purpose::TopUp)
            .try_fold(base, |sum, top_up| sum.checked_add(&top_up.amount));
        let room = open.and_then(|taken| cap.checked_sub(&taken));
        Ok(room.map(|room| {
            if room.is_negative() {
                Amount::zero(room.currency().clone())
            } else {
                room
            }
        }))
    }
}

pub(super) fn cap_exceeded(connection: &Connection, room: &Amount) -> Error {
    let cap = connection.account.network.limits.balance_max.clone();
    let detail = match cap {
        Some(limit) if room.is_zero() => AmountDetail::BalanceAtLimit { limit },
        Some(limit) => AmountDetail::BalanceNearLimit {
            limit,
            room: room.clone(),
        },
        None => AmountDetail::AmountTooLargeForProvider,
    };
    Error::new(Code::BalanceCap, detail)
}
