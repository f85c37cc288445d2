//! A wallet outside of everything, full of play money on the payment chains. It is what the page's test wallet and the
//! control API pay with.

use alloy_primitives::U256;

use super::sessions::Asset;
use crate::chains::rpc::MinedTransaction;
use crate::contracts::Token;
use crate::error::{Error, Result};
use crate::sandbox::Sandbox;

/// Sends tokens to a session's receiving address, for real.
pub(crate) async fn pay(
    sandbox: &Sandbox,
    asset: &Asset,
    micros: u128,
) -> Result<MinedTransaction> {
    let chain = sandbox
        .payment_chain(asset.chain)
        .ok_or_else(|| Error::new("nobody pays on that chain"))?;
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
