//! An external wallet with unlimited play money on the payment chains. The page's test wallet and the control API pay
//! from it.

use alloy_primitives::U256;

use super::sessions::Asset;
use crate::chains::rpc::MinedTransaction;
use crate::contracts::Token;
use crate::error::{Error, Result};
use crate::sandbox::Sandbox;

/// Sends tokens to a session's receiving address in a real transaction.
pub(crate) async fn pay(
    sandbox: &Sandbox,
    asset: &Asset,
    micros: u128,
) -> Result<MinedTransaction> {
    let chain = sandbox
        .payment_chain(asset.chain)
        .ok_or_else(|| Error::new("this chain does not accept payments"))?;
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
