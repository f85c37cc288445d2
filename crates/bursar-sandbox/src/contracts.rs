//! The contracts on the local chains: their interfaces and their deployment. Their artifacts are compiled in
//! `contracts/`. USDC and USDC.e on the payment chains have their well-known addresses.

use alloy_primitives::{Address, U256, address, hex};
use alloy_sol_types::{SolCall, SolValue};
use serde_json::{Value, json};

use crate::chains::Chain;
use crate::error::{Error, Result};

/// USDC on Ethereum.
pub(crate) const USDC: Address = address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
/// USDC.e, the bridged USDC, on Polygon.
pub(crate) const USDC_E: Address = address!("2791Bca1f2de4661ED88A30C99A7a9449Aa84174");

const BALANCE_KEEPER: &str = include_str!("../../../contracts/artifacts/BalanceKeeper.json");
const BALANCE_PROXY: &str = include_str!("../../../contracts/artifacts/BalanceProxy.json");
const TEST_USDC: &str = include_str!("../../../contracts/artifacts/TestUSDC.json");

pub(crate) use abi::{Balance, Token};

#[allow(missing_debug_implementations, unreachable_pub)]
mod abi {
    alloy_sol_types::sol! {
        interface Token {
            event Transfer(address indexed from, address indexed to, uint256 value);
            function mint(address to, uint256 amount) external;
            function transfer(address to, uint256 amount) external returns (bool);
            function approve(address spender, uint256 amount) external returns (bool);
            function balanceOf(address account) external view returns (uint256);
        }

        interface Balance {
            event UserBalanceIncrease(address indexed token, address indexed user, address indexed initiator, uint256 amount, string topUpId);
            function initialize(address diamond) external;
            function getFreeBalance(address token, address user) external view returns (uint256);
            function getFullBalance(address token, address user) external view returns (uint256);
            function limbo(address token, address user) external view returns (uint256);
            function frozen(address user) external view returns (bool);
            function topUpIds(string topUpId) external view returns (bool);
            function poolTopUp(address token, uint256 amount) external;
            function userTopUp(address token, address user, uint256 amount, string topUpId) external;
            function refund(address token, address user, uint256 amount) external;
            function moveBalanceToDeal(address token, address user, address deal, uint256 amount) external;
            function moveBalanceFromDeal(address token, address user, address deal, uint256 amount) external;
            function withdrawByDeal(address token, address user, address deal, address to, uint256 amount) external;
            function sendToLimbo(address token, address user) external;
            function fundFromLimbo(address token, address user) external;
            function withdrawFromLimbo(address token, address user, address to) external;
            function freezeAccount(address user) external;
            function unfreezeAccount(address user) external;
        }
    }
}

/// The addresses of the Balance contract and its token on the Fluence chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContractAddresses {
    pub(crate) balance: Address,
    pub(crate) token: Address,
}

/// Deploys the token and the Balance contract with its proxy on the Fluence chain. Account 0 becomes the coordinator.
pub(crate) async fn deploy_balance_contract(chain: &Chain) -> Result<ContractAddresses> {
    let coordinator = chain.account(0);
    let token = chain
        .rpc
        .deploy(coordinator, &decode_bytecode(TEST_USDC, "bytecode")?)
        .await?;
    let implementation = chain
        .rpc
        .deploy(coordinator, &decode_bytecode(BALANCE_KEEPER, "bytecode")?)
        .await?;
    let initialize = Balance::initializeCall {
        diamond: chain.account(1),
    }
    .abi_encode();
    let mut creation = decode_bytecode(BALANCE_PROXY, "bytecode")?;
    creation.extend((implementation, initialize).abi_encode_params());
    let balance = chain.rpc.deploy(coordinator, &creation).await?;
    chain
        .rpc
        .send(
            coordinator,
            token,
            Token::approveCall {
                spender: balance,
                amount: U256::MAX,
            },
        )
        .await?;
    Ok(ContractAddresses { balance, token })
}

/// Installs the token's code at a well-known address of a payment chain.
pub(crate) async fn install_token(chain: &Chain, at: Address) -> Result<()> {
    let runtime = hex::encode_prefixed(decode_bytecode(TEST_USDC, "deployedBytecode")?);
    chain
        .rpc
        .call("anvil_setCode", json!([at, runtime]))
        .await?;
    Ok(())
}

fn decode_bytecode(artifact: &str, field: &str) -> Result<Vec<u8>> {
    let artifact: Value = serde_json::from_str(artifact)?;
    let text = artifact
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default();
    hex::decode(text).map_err(|_| Error::new(format!("the artifact's {field} is not hex")))
}
