//! A network: the addresses of a provider's API, checkout, sign-in and chain. Three networks are built in, and others
//! come from a TOML file. The whole file is checked before any part is used: addresses must be exact, and plain http is
//! allowed only on loopback.

mod payment_pages;
mod token_unit;

use crate::error::{Code, Error, NetworkDetail, Result};
use crate::money::{Amount, Currency};
use crate::untrusted_text;
use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use url::Url;

use payment_pages::FilePages;
pub use payment_pages::{PageListing, PaymentPages};
pub use token_unit::TokenUnit;

/// The largest network file, in bytes.
const LARGEST_FILE: usize = 64 * 1024;
/// The most checkout hosts that a network lists.
const MOST_HOSTS: u32 = 32;
/// The most RPC endpoints that a network lists.
const MOST_RPCS: u32 = 8;

/// The unit of a network that does not name one: what its files meant before they could.
const UNIT_OF_EARLIER_FILES: &str = "USDC";

/// The provider module that a network uses, by the name in the network file. A stored network may have been saved by a
/// newer version and name a provider that this version does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderName(String);

impl ProviderName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A network whose parts are all checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub name: String,
    pub provider: ProviderName,
    pub api: Url,
    /// The unit of the account where the API does not name one. What the contract holds has the unit that its token
    /// names: see [`TokenUnit`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What the file says; [`Network::leading_balance`] is what applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_from: Option<BalanceFrom>,
    /// `host` or `host:port`, compared for equality. Pages of any payment provider may be there.
    pub checkout_hosts: Vec<String>,
    /// The pages of payment providers that have hosts of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_pages: Vec<PaymentPages>,
    #[serde(default)]
    pub return_links: bool,
    pub console: Option<Url>,
    /// The page on which the user makes API keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_page: Option<Url>,
    /// The console's page about the balance, where the user also enters promo codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_page: Option<Url>,
    /// The entitlement that holds the balance, in case the API lists several.
    pub feature_key: Option<String>,
    #[serde(default)]
    pub limits: Limits,
    pub sign_in: Option<SignIn>,
    pub chain: Option<ChainConfig>,
}

/// Which figure is the balance where both the chain and the API know one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceFrom {
    /// The Balance contract.
    Chain,
    Api,
    /// The contract while it agrees with the API, and the API while it does not.
    Auto,
}

/// The limits that the network file sets. Limits that the API reports take precedence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    pub top_up_min: Option<Amount>,
    pub balance_max: Option<Amount>,
}

/// The addresses of the browser sign-in (OAuth 2.0 code + PKCE).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    pub authorize: Url,
    pub token: Url,
    pub client_id: String,
}

/// The chain on which the Balance contract is deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainConfig {
    pub id: u64,
    /// In order of preference.
    pub rpc: Vec<Url>,
    pub ws: Option<Url>,
    /// The Balance contract.
    pub balance: Address,
    /// The token in which the contract holds balances.
    pub token: Address,
    pub explorer: Option<Url>,
    #[serde(default)]
    pub start_block: u64,
}

impl Network {
    /// Parses a network file. Its provider must be one of `providers`.
    ///
    /// # Errors
    /// [`Code::NetworkMalformed`], with the field and what is wrong with it.
    pub fn from_toml(text: &str, providers: &[&str]) -> Result<Self> {
        if text.len() > LARGEST_FILE {
            return Err(malformed(NetworkDetail::NetworkFileTooLarge));
        }
        let file: File = toml::from_str(text).map_err(|error| {
            malformed(NetworkDetail::NetworkFileNotToml {
                reason: error.message().to_owned(),
            })
        })?;
        file.check(providers)
    }

    /// Whether `kind` is the name of this network's provider in a network file.
    pub fn is_of(&self, kind: &str) -> bool {
        self.provider.as_str() == kind
    }

    /// Which figure is the balance. Without anything in the file it is the contract where there is a chain, as ever.
    pub fn leading_balance(&self) -> BalanceFrom {
        match (&self.chain, self.balance_from) {
            (None, _) => BalanceFrom::Api,
            (Some(_), said) => said.unwrap_or(BalanceFrom::Chain),
        }
    }

    /// The unit of the account's amounts where the API does not name one.
    pub fn unit(&self) -> Currency {
        self.currency
            .clone()
            .unwrap_or_else(|| Currency::from_source(UNIT_OF_EARLIER_FILES))
    }

    /// Whether this network is a sandbox on this machine. Every window must show that.
    pub fn is_sandbox(&self) -> bool {
        is_loopback(&self.api)
    }

    /// The API's host, which the user should see before typing a key.
    pub fn api_host(&self) -> String {
        host_and_port(&self.api).unwrap_or_default()
    }
}

/// The host, followed by its port if that is not the scheme's default; `None` without a host.
pub fn host_and_port(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Whether the address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn malformed(why: NetworkDetail) -> Error {
    Error::new(Code::NetworkMalformed, why)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    provider: String,
    api: String,
    currency: Option<String>,
    balance_from: Option<String>,
    #[serde(default)]
    checkout_hosts: Vec<String>,
    #[serde(default)]
    checkout: Vec<FilePages>,
    #[serde(default)]
    return_links: bool,
    console: Option<String>,
    keys_page: Option<String>,
    billing_page: Option<String>,
    feature_key: Option<String>,
    #[serde(default)]
    limits: FileLimits,
    sign_in: Option<FileSignIn>,
    chain: Option<FileChain>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLimits {
    top_up_min: Option<String>,
    balance_max: Option<String>,
    currency: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSignIn {
    authorize: String,
    token: String,
    client_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileChain {
    id: u64,
    rpc: Vec<String>,
    ws: Option<String>,
    balance: String,
    token: String,
    explorer: Option<String>,
    #[serde(default)]
    start_block: u64,
}

impl File {
    fn check(self, providers: &[&str]) -> Result<Network> {
        if !is_plain_name(&self.name) {
            let field = "name".to_owned();
            return Err(malformed(NetworkDetail::NetworkNameInvalid { field }));
        }
        if !providers.contains(&self.provider.as_str()) {
            return Err(malformed(NetworkDetail::NetworkProviderUnknown {
                field: "provider".to_owned(),
                provider: format!("{:.40}", untrusted_text::clean(&self.provider)),
                supported: providers.join(", "),
            }));
        }
        check_length("checkout_hosts", self.checkout_hosts.len(), MOST_HOSTS)?;
        if let Some(key) = &self.feature_key {
            check_text("feature_key", key, 100)?;
        }
        for host in &self.checkout_hosts {
            check_host(host)?;
        }
        let currency = self
            .currency
            .as_deref()
            .map(|code| check_currency("currency", code))
            .transpose()?;
        let balance_from = self.balance_from.as_deref().map(check_source).transpose()?;
        if self.chain.is_none() && balance_from.is_some_and(|from| from != BalanceFrom::Api) {
            let field = "balance_from".to_owned();
            return Err(malformed(NetworkDetail::NetworkNeedsChain { field }));
        }
        Ok(Network {
            api: base("api", &self.api)?,
            console: optional("console", self.console.as_deref())?,
            keys_page: optional("keys_page", self.keys_page.as_deref())?,
            billing_page: optional("billing_page", self.billing_page.as_deref())?,
            limits: self.limits.check(currency.as_ref())?,
            sign_in: self.sign_in.map(FileSignIn::check).transpose()?,
            chain: self.chain.map(FileChain::check).transpose()?,
            name: self.name,
            provider: ProviderName(self.provider),
            currency,
            balance_from,
            payment_pages: payment_pages::check_all(self.checkout)?,
            checkout_hosts: self.checkout_hosts,
            return_links: self.return_links,
            feature_key: self.feature_key,
        })
    }
}

impl FileLimits {
    /// The limits, in their own currency or in that of the account.
    fn check(self, account: Option<&Currency>) -> Result<Limits> {
        let account = account.map_or(UNIT_OF_EARLIER_FILES, Currency::as_str);
        let currency = check_currency(
            "limits.currency",
            self.currency.as_deref().unwrap_or(account),
        )?;
        let amount = |field: &str, text: Option<String>| {
            text.map(|text| {
                Amount::parse_decimal(&text, currency.clone())
                    .ok()
                    .filter(|amount| !amount.is_negative())
                    .ok_or_else(|| {
                        let field = field.to_owned();
                        malformed(NetworkDetail::NetworkAmountInvalid { field })
                    })
            })
            .transpose()
        };
        Ok(Limits {
            top_up_min: amount("limits.top_up_min", self.top_up_min)?,
            balance_max: amount("limits.balance_max", self.balance_max)?,
        })
    }
}

impl FileSignIn {
    fn check(self) -> Result<SignIn> {
        check_text("sign_in.client_id", &self.client_id, 200)?;
        Ok(SignIn {
            authorize: web_address("sign_in.authorize", &self.authorize)?,
            token: base("sign_in.token", &self.token)?,
            client_id: self.client_id,
        })
    }
}

impl FileChain {
    fn check(self) -> Result<ChainConfig> {
        if self.id == 0 {
            let field = "chain.id".to_owned();
            return Err(malformed(NetworkDetail::NetworkChainZero { field }));
        }
        check_not_empty("chain.rpc", &self.rpc)?;
        check_length("chain.rpc", self.rpc.len(), MOST_RPCS)?;
        let rpc = self
            .rpc
            .iter()
            .map(|address| web_address("chain.rpc", address))
            .collect::<Result<_>>()?;
        let contract = |field: &str, text: &str| {
            crate::address::parse_address(text).map_err(|error| {
                malformed(NetworkDetail::NetworkContractInvalid {
                    field: field.to_owned(),
                    why: Box::new(error.detail),
                })
            })
        };
        Ok(ChainConfig {
            id: self.id,
            rpc,
            ws: self
                .ws
                .as_deref()
                .map(|ws| address("chain.ws", ws, "wss", "ws"))
                .transpose()?,
            balance: contract("chain.balance", &self.balance)?,
            token: contract("chain.token", &self.token)?,
            explorer: self
                .explorer
                .as_deref()
                .map(|explorer| base("chain.explorer", explorer))
                .transpose()?,
            start_block: self.start_block,
        })
    }
}

/// Whether a name has 1 to 40 letters, digits, spaces, dots or dashes.
fn is_plain_name(name: &str) -> bool {
    (1..=40).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_. ".contains(c))
}

fn check_currency(field: &str, code: &str) -> Result<Currency> {
    Currency::new(code).map_err(|_| {
        let field = field.to_owned();
        malformed(NetworkDetail::NetworkCurrencyInvalid { field })
    })
}

fn check_source(text: &str) -> Result<BalanceFrom> {
    match text {
        "chain" => Ok(BalanceFrom::Chain),
        "api" => Ok(BalanceFrom::Api),
        "auto" => Ok(BalanceFrom::Auto),
        _ => Err(malformed(NetworkDetail::NetworkChoiceInvalid {
            field: "balance_from".to_owned(),
            choices: "chain, api, auto".to_owned(),
        })),
    }
}

fn optional(field: &str, text: Option<&str>) -> Result<Option<Url>> {
    text.map(|text| web_address(field, text)).transpose()
}

fn web_address(field: &str, text: &str) -> Result<Url> {
    address(field, text, "https", "http")
}

/// A web address to which paths are appended, so a query or fragment is rejected.
fn base(field: &str, text: &str) -> Result<Url> {
    let url = web_address(field, text)?;
    if url.query().is_some() || url.fragment().is_some() {
        let field = field.to_owned();
        return Err(malformed(NetworkDetail::NetworkUrlHasQuery { field }));
    }
    Ok(url)
}

fn check_not_empty(field: &str, list: &[String]) -> Result<()> {
    if !list.is_empty() {
        return Ok(());
    }
    let field = field.to_owned();
    Err(malformed(NetworkDetail::NetworkListEmpty { field }))
}

fn check_length(field: &str, length: usize, most: u32) -> Result<()> {
    if u32::try_from(length).is_ok_and(|length| length <= most) {
        return Ok(());
    }
    let field = field.to_owned();
    Err(malformed(NetworkDetail::NetworkListTooLong { field, most }))
}

/// Checks that a text has 1 to `most` characters, all of them visible ASCII.
fn check_text(field: &str, text: &str, most: u32) -> Result<()> {
    let fits = u32::try_from(text.len()).is_ok_and(|length| (1..=most).contains(&length));
    if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let field = field.to_owned();
    Err(malformed(NetworkDetail::NetworkTextInvalid { field, most }))
}

/// Parses an address without user info. The plain scheme is allowed only on loopback.
fn address(field: &str, text: &str, secure: &str, plain: &str) -> Result<Url> {
    check_text(field, text, 1_000)?;
    let invalid = || {
        let field = field.to_owned();
        malformed(NetworkDetail::NetworkUrlInvalid { field })
    };
    let url = Url::parse(text).map_err(|_| invalid())?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.host_str().is_none_or(str::is_empty) {
        return Err(invalid());
    }
    let allowed = url.scheme() == secure || (url.scheme() == plain && is_loopback(&url));
    if allowed {
        Ok(url)
    } else {
        Err(malformed(NetworkDetail::NetworkUrlInsecure {
            field: field.to_owned(),
            secure: format!("{secure}://"),
            plain: format!("{plain}://"),
        }))
    }
}

/// Checks that a checkout host is written as `host` or `host:port`, with nothing around it.
///
/// # Errors
/// [`Code::NetworkMalformed`].
pub fn check_host(host: &str) -> Result<()> {
    let url = Url::parse(&format!("https://{host}/")).ok();
    let plain = host
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]_".contains(&b));
    let same = plain
        && url
            .as_ref()
            .and_then(host_and_port)
            .is_some_and(|seen| seen == host);
    if same {
        Ok(())
    } else {
        Err(malformed(NetworkDetail::NetworkHostInvalid {
            field: "checkout_hosts".to_owned(),
            host: untrusted_text::clean(host),
        }))
    }
}
