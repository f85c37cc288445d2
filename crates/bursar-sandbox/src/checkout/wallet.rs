//! A wallet outside of everything, full of play money on the payment chains. It is what the page's test wallet and the
//! control API pay with.

use alloy_primitives::U256;

use super::sessions::Asset;
use crate::chains::rpc::Mined;
use crate::contracts::Token;
use crate::failure::{Failure, Result};
use crate::world::World;

/// Sends tokens to a session's receiving address, for real.
pub(crate) async fn pay(world: &World, asset: &Asset, micros: u128) -> Result<Mined> {
    let chain = world
        .payment_chain(asset.chain)
        .ok_or_else(|| Failure::new("nobody pays on that chain"))?;
    let (wallet, amount) = (chain.account(1), U256::from(micros));
    chain
        .rpc
        .send(wallet, asset.token, Token::mintCall { to: wallet, amount })
        .await?;
    chain
        .rpc
        .send(
            wallet,
            asset.token,
            Token::transferCall {
                to: asset.address,
                amount,
            },
        )
        .await
}
