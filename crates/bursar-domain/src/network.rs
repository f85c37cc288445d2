//! A network: the addresses of a provider's API, checkout, sign-in and chain. Three networks are built in, and others
//! come from a TOML file. The whole file is checked before any part is used: addresses must be exact, and plain http is
//! allowed only on loopback.

use crate::error::{Code, Error, Result};
use crate::money::{Amount, Currency};
use crate::untrusted_text;
use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use url::Url;

/// The largest network file, in bytes.
const LARGEST_FILE: usize = 64 * 1024;
/// The most checkout hosts that a network lists.
const MOST_HOSTS: usize = 32;

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
    /// `host` or `host:port`, compared for equality.
    pub checkout_hosts: Vec<String>,
    #[serde(default)]
    pub return_links: bool,
    pub console: Option<Url>,
    /// The entitlement that holds the balance, in case the API lists several.
    pub feature_key: Option<String>,
    #[serde(default)]
    pub limits: Limits,
    pub sign_in: Option<SignIn>,
    pub chain: Option<ChainConfig>,
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
            return Err(malformed("The network file is too large to be one."));
        }
        let file: File = toml::from_str(text).map_err(|error| {
            malformed(format!(
                "The network file is not valid: {}",
                error.message()
            ))
        })?;
        file.check(providers)
    }

    /// Whether `kind` is the name of this network's provider in a network file.
    pub fn is_of(&self, kind: &str) -> bool {
        self.provider.as_str() == kind
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

fn malformed(message: impl Into<String>) -> Error {
    Error::new(Code::NetworkMalformed, message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    provider: String,
    api: String,
    #[serde(default)]
    checkout_hosts: Vec<String>,
    #[serde(default)]
    return_links: bool,
    console: Option<String>,
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
        let name_fits = (1..=40).contains(&self.name.chars().count())
            && self
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_. ".contains(c));
        if !name_fits {
            return Err(malformed(
                "name: 1 to 40 letters, digits, spaces, dots or dashes.",
            ));
        }
        if !providers.contains(&self.provider.as_str()) {
            return Err(malformed(format!(
                "provider: this version supports {}, not \"{:.40}\".",
                providers.join(" and "),
                untrusted_text::clean(&self.provider)
            )));
        }
        if self.checkout_hosts.len() > MOST_HOSTS {
            return Err(malformed("checkout_hosts: list at most 32."));
        }
        let key_fits = |key: &String| (1..=100).contains(&key.len()) && is_visible(key);
        if !self.feature_key.as_ref().is_none_or(key_fits) {
            return Err(malformed("feature_key: 1 to 100 visible characters."));
        }
        for host in &self.checkout_hosts {
            check_host(host)?;
        }
        Ok(Network {
            api: base("api", &self.api)?,
            console: optional("console", self.console.as_deref())?,
            limits: self.limits.check()?,
            sign_in: self.sign_in.map(FileSignIn::check).transpose()?,
            chain: self.chain.map(FileChain::check).transpose()?,
            name: self.name,
            provider: ProviderName(self.provider),
            checkout_hosts: self.checkout_hosts,
            return_links: self.return_links,
            feature_key: self.feature_key,
        })
    }
}

impl FileLimits {
    fn check(self) -> Result<Limits> {
        let currency = Currency::new(self.currency.as_deref().unwrap_or("USDC"))
            .map_err(|_| malformed("limits.currency: not a currency code."))?;
        let amount = |field: &str, text: Option<String>| {
            text.map(|text| {
                Amount::parse_decimal(&text, currency.clone())
                    .ok()
                    .filter(|amount| !amount.is_negative())
                    .ok_or_else(|| malformed(format!("{field}: write an amount such as \"10\".")))
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
        if self.client_id.is_empty() || self.client_id.len() > 200 || !is_visible(&self.client_id) {
            return Err(malformed("sign_in.client_id: 1 to 200 visible characters."));
        }
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
            return Err(malformed("chain.id: the chain's id is not 0."));
        }
        if self.rpc.is_empty() || self.rpc.len() > 8 {
            return Err(malformed("chain.rpc: list 1 to 8 addresses."));
        }
        let rpc = self
            .rpc
            .iter()
            .map(|address| web_address("chain.rpc", address))
            .collect::<Result<_>>()?;
        let contract = |field: &str, text: &str| {
            crate::address::parse_address(text)
                .map_err(|error| malformed(format!("chain.{field}: {}", error.message)))
        };
        Ok(ChainConfig {
            id: self.id,
            rpc,
            ws: self
                .ws
                .as_deref()
                .map(|ws| address("chain.ws", ws, "wss", "ws"))
                .transpose()?,
            balance: contract("balance", &self.balance)?,
            token: contract("token", &self.token)?,
            explorer: self
                .explorer
                .as_deref()
                .map(|explorer| base("chain.explorer", explorer))
                .transpose()?,
            start_block: self.start_block,
        })
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
        return Err(malformed(format!(
            "{field}: end it before the question mark or number sign."
        )));
    }
    Ok(url)
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Parses an address without user info. The plain scheme is allowed only on loopback.
fn address(field: &str, text: &str, secure: &str, plain: &str) -> Result<Url> {
    if text.len() > 1_000 || !is_visible(text) {
        return Err(malformed(format!(
            "{field}: write an address in at most 1000 visible ASCII characters."
        )));
    }
    let url = Url::parse(text).map_err(|_| malformed(format!("{field}: not an address.")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(malformed(format!(
            "{field}: a name or password has no place in it."
        )));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(malformed(format!("{field}: it has no host.")));
    }
    let allowed = url.scheme() == secure || (url.scheme() == plain && is_loopback(&url));
    if allowed {
        Ok(url)
    } else {
        Err(malformed(format!(
            "{field}: use {secure}; {plain} is only for this machine."
        )))
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
        Err(malformed(format!(
            "checkout_hosts: write each as host or host:port in small letters, not {host:?}."
        )))
    }
}
