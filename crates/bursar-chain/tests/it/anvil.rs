//! A local chain with the contracts on it, which lives as long as its test.

use alloy::primitives::{Address, B256, U256, hex};
use alloy::sol_types::{SolCall, SolValue};
use bursar_domain::network::ChainConfig;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use url::Url;

pub(crate) const CHAIN_ID: u64 = 9_999_999;
pub(crate) const USER: Address = Address::repeat_byte(0x05);
pub(crate) const STRANGER: Address = Address::repeat_byte(0x06);
const DEAL: Address = Address::repeat_byte(0xde);

const BALANCE_KEEPER: &str = include_str!("../../../../contracts/artifacts/BalanceKeeper.json");
const BALANCE_PROXY: &str = include_str!("../../../../contracts/artifacts/BalanceProxy.json");
const TEST_USDC: &str = include_str!("../../../../contracts/artifacts/TestUSDC.json");

mod abi {
    alloy::sol! {
        function initialize(address diamond) external;
        function mint(address to, uint256 amount) external;
        function approve(address spender, uint256 amount) external returns (bool);
        function poolTopUp(address token, uint256 amount) external;
        function userTopUp(address token, address user, uint256 amount, string topUpId) external;
        function refund(address token, address user, uint256 amount) external;
        function sendToLimbo(address token, address user) external;
        function fundFromLimbo(address token, address user) external;
        function freezeAccount(address user) external;
        function moveBalanceToDeal(address token, address user, address deal, uint256 amount) external;
    }
}

/// A chain whose blocks are made only by transactions and by [`Anvil::mine`].
pub(crate) struct Anvil {
    process: Child,
    pub(crate) address: String,
    client: reqwest::Client,
    coordinator: Address,
    pub(crate) balance: Address,
    pub(crate) token: Address,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Anvil {
    /// Starts with both contracts deployed and a full pool.
    pub(crate) async fn start() -> Self {
        // Sets up the cryptography for TLS, which a client needs even if it does not use it.
        bursar_platform::http::Http::new().unwrap();
        let mut process = Command::new(binary())
            .args([
                "--port",
                "0",
                "--chain-id",
                &CHAIN_ID.to_string(),
                "--no-cors",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| Some(line.ok()?.strip_prefix("Listening on ")?.to_owned()))
            .expect("anvil ended at once");
        std::thread::spawn(move || lines.for_each(drop));
        let mut anvil = Self {
            process,
            address,
            client: reqwest::Client::new(),
            coordinator: Address::ZERO,
            balance: Address::ZERO,
            token: Address::ZERO,
        };
        anvil.deploy().await;
        anvil
    }

    async fn deploy(&mut self) {
        let accounts: Vec<Address> =
            serde_json::from_value(self.call("eth_accounts", json!([])).await).unwrap();
        self.coordinator = accounts[0];
        self.token = self.create(code(TEST_USDC)).await;
        let implementation = self.create(code(BALANCE_KEEPER)).await;
        let initialize = abi::initializeCall {
            diamond: accounts[1],
        }
        .abi_encode();
        let proxy = [
            code(BALANCE_PROXY),
            (implementation, initialize).abi_encode_params(),
        ]
        .concat();
        self.balance = self.create(proxy).await;
        let (token, balance) = (self.token, self.balance);
        let plenty = U256::from(1_000_000_000_000_u64);
        self.send(
            token,
            abi::mintCall {
                to: self.coordinator,
                amount: plenty,
            },
        )
        .await;
        self.send(
            token,
            abi::approveCall {
                spender: balance,
                amount: plenty,
            },
        )
        .await;
        self.send(
            balance,
            abi::poolTopUpCall {
                token,
                amount: plenty,
            },
        )
        .await;
    }

    /// A network's chain configuration with these endpoints.
    pub(crate) fn config(&self, rpcs: &[&str]) -> ChainConfig {
        ChainConfig {
            id: CHAIN_ID,
            rpc: rpcs.iter().map(|rpc| Url::parse(rpc).unwrap()).collect(),
            ws: Some(Url::parse(&format!("ws://{}", self.address)).unwrap()),
            balance: self.balance,
            token: self.token,
            explorer: None,
            start_block: 0,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `userTopUp` for [`USER`], in base units.
    pub(crate) async fn credit(&self, amount: u64, id: &str) -> B256 {
        self.credit_to(USER, amount, id).await
    }

    pub(crate) async fn credit_to(&self, user: Address, amount: u64, id: &str) -> B256 {
        let (token, amount) = (self.token, U256::from(amount));
        let top_up = abi::userTopUpCall {
            token,
            user,
            amount,
            topUpId: id.to_owned(),
        };
        self.send(self.balance, top_up).await
    }

    pub(crate) async fn refund(&self, amount: u64) {
        let (token, amount) = (self.token, U256::from(amount));
        self.send(
            self.balance,
            abi::refundCall {
                token,
                user: USER,
                amount,
            },
        )
        .await;
    }

    pub(crate) async fn reserve(&self, amount: u64) {
        let (token, amount) = (self.token, U256::from(amount));
        let call = abi::moveBalanceToDealCall {
            token,
            user: USER,
            deal: DEAL,
            amount,
        };
        self.send(self.balance, call).await;
    }

    pub(crate) async fn hold(&self) {
        self.send(
            self.balance,
            abi::sendToLimboCall {
                token: self.token,
                user: USER,
            },
        )
        .await;
    }

    pub(crate) async fn release(&self) {
        self.send(
            self.balance,
            abi::fundFromLimboCall {
                token: self.token,
                user: USER,
            },
        )
        .await;
    }

    pub(crate) async fn freeze(&self) {
        self.send(self.balance, abi::freezeAccountCall { user: USER })
            .await;
    }

    pub(crate) async fn mine(&self, blocks: u64) {
        self.call("anvil_mine", json!([format!("{blocks:#x}")]))
            .await;
    }

    /// Makes a block that is this much later than the last one.
    pub(crate) async fn advance_time(&self, seconds: u64) {
        self.call("evm_increaseTime", json!([seconds])).await;
        self.mine(1).await;
    }

    pub(crate) async fn head(&self) -> Value {
        self.call("eth_getBlockByNumber", json!(["latest", false]))
            .await
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer: Value = serde_json::from_slice(&self.forward(body.to_string()).await).unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    async fn forward(&self, body: String) -> Vec<u8> {
        forward(&self.client, &self.url(), body).await
    }

    async fn create(&self, code: Vec<u8>) -> Address {
        let receipt = self
            .transact(json!({"from": self.coordinator, "data": hex::encode_prefixed(code)}))
            .await;
        serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
    }

    async fn send<C: SolCall>(&self, to: Address, call: C) -> B256 {
        let data = hex::encode_prefixed(call.abi_encode());
        let receipt = self
            .transact(json!({"from": self.coordinator, "to": to, "data": data}))
            .await;
        serde_json::from_value(receipt["transactionHash"].clone()).unwrap()
    }

    async fn transact(&self, transaction: Value) -> Value {
        let hash = self.call("eth_sendTransaction", json!([transaction])).await;
        let receipt = super::until(async || {
            let receipt = self.call("eth_getTransactionReceipt", json!([hash])).await;
            receipt.is_object().then_some(receipt)
        })
        .await;
        assert_eq!(receipt["status"], "0x1", "{transaction}");
        receipt
    }
}

/// Passes a body on as it is.
pub(crate) async fn forward(client: &reqwest::Client, url: &str, body: String) -> Vec<u8> {
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .body(body);
    request
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
        .to_vec()
}

fn code(artifact: &str) -> Vec<u8> {
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap()
}

/// Named by `BURSAR_ANVIL`, else the one in the npm platform package.
fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("BURSAR_ANVIL") {
        return PathBuf::from(named);
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scope = root.join("node_modules/@foundry-rs");
    let packages = scope.read_dir().into_iter().flatten().flatten();
    packages
        .map(|package| package.path().join("bin/anvil"))
        .find(|binary| binary.is_file() && !binary.starts_with(scope.join("anvil")))
        .expect("anvil is missing: run `npm install --ignore-scripts`, or name it in BURSAR_ANVIL")
}
