//! The hosted payment pages of a network, by payment provider: each provider's pages are on its own hosts.

use super::{
    MOST_HOSTS, Network, check_currency, check_host, check_length, check_not_empty, is_plain_name,
    malformed,
};
use crate::clock::Span;
use crate::error::{NetworkDetail, Result};
use crate::money::Currency;
use crate::payment_rules::PageHelp;
use serde::{Deserialize, Serialize};

/// The most payment providers that a network lists.
const MOST_PROVIDERS: u32 = 16;
/// The longest time that a page may live: a week.
const MOST_PAGE_MINUTES: u32 = 7 * 24 * 60;

/// The pages of one payment provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPages {
    /// The payment provider, as the API names it.
    pub provider: String,
    /// Its name for people.
    pub title: String,
    /// `host` or `host:port`, compared for equality.
    pub hosts: Vec<String>,
    /// The unit in which it takes and credits money, if that is not the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// How long one of its pages lives, where the API does not say when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_minutes: Option<u32>,
    /// What to try when paying on its pages fails. `None` if the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<PageHelp>,
}

impl PaymentPages {
    /// How long one of the pages lives, where the API does not say when it ends.
    pub fn page_lifetime(&self) -> Option<Span> {
        self.page_minutes
            .map(|minutes| Span::minutes(i64::from(minutes)))
    }
}

/// Whether a page may be opened, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageListing<'a> {
    Listed,
    /// The host belongs to these pages, but the payment is another provider's.
    OfAnotherProvider(&'a PaymentPages),
    /// The network lists no pages of the payment's provider, and the host neither.
    UnknownProvider,
    UnknownHost,
}

impl Network {
    /// The pages of a payment provider, if the network lists them.
    pub fn payment_pages_of(&self, payment_provider: &str) -> Option<&PaymentPages> {
        self.payment_pages
            .iter()
            .find(|pages| pages.provider == payment_provider)
    }

    /// The unit of payments through a payment provider: its own, or else that of the account.
    pub fn unit_of_payments(&self, payment_provider: Option<&str>) -> Currency {
        payment_provider
            .and_then(|provider| self.payment_pages_of(provider))
            .and_then(|pages| pages.currency.clone())
            .unwrap_or_else(|| self.unit())
    }

    /// Whether the network lists `host` for the pages of a payment provider. Where it is not known whose the payment is,
    /// the pages of every provider count. `checkout_hosts` are open to every payment provider.
    pub fn page_listing(&self, host: &str, payment_provider: Option<&str>) -> PageListing<'_> {
        if self.checkout_hosts.iter().any(|known| known == host) {
            return PageListing::Listed;
        }
        let is_host_of = |pages: &&PaymentPages| pages.hosts.iter().any(|known| known == host);
        let own = |pages: &&PaymentPages| {
            payment_provider.is_none_or(|provider| provider == pages.provider)
        };
        if self
            .payment_pages
            .iter()
            .filter(own)
            .any(|pages| is_host_of(&pages))
        {
            return PageListing::Listed;
        }
        match (self.payment_pages.iter().find(is_host_of), payment_provider) {
            (Some(pages), _) => PageListing::OfAnotherProvider(pages),
            (None, Some(provider)) if self.payment_pages_of(provider).is_none() => {
                PageListing::UnknownProvider
            }
            (None, _) => PageListing::UnknownHost,
        }
    }

    /// Every host that payment pages may be on.
    pub fn all_checkout_hosts(&self) -> impl Iterator<Item = &str> {
        let of_providers = self.payment_pages.iter().flat_map(|pages| &pages.hosts);
        self.checkout_hosts
            .iter()
            .chain(of_providers)
            .map(String::as_str)
    }
}

/// A `[[checkout]]` of a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePages {
    provider: String,
    title: Option<String>,
    hosts: Vec<String>,
    currency: Option<String>,
    page_minutes: Option<i64>,
    help: Option<String>,
}

/// Checks all `[[checkout]]` of a file.
pub(super) fn check_all(files: Vec<FilePages>) -> Result<Vec<PaymentPages>> {
    check_length("checkout", files.len(), MOST_PROVIDERS)?;
    let mut all: Vec<PaymentPages> = Vec::with_capacity(files.len());
    for file in files {
        let pages = file.check()?;
        if all.iter().any(|known| known.provider == pages.provider) {
            return Err(malformed(NetworkDetail::NetworkEntryTwice {
                field: "checkout.provider".to_owned(),
                entry: pages.provider,
            }));
        }
        all.push(pages);
    }
    Ok(all)
}

impl FilePages {
    fn check(self) -> Result<PaymentPages> {
        let provider_fits = (1..=40).contains(&self.provider.len())
            && self
                .provider
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !provider_fits {
            let field = "checkout.provider".to_owned();
            return Err(malformed(NetworkDetail::NetworkCodeInvalid { field }));
        }
        let title = self.title.unwrap_or_else(|| self.provider.clone());
        if !is_plain_name(&title) {
            let field = "checkout.title".to_owned();
            return Err(malformed(NetworkDetail::NetworkNameInvalid { field }));
        }
        check_not_empty("checkout.hosts", &self.hosts)?;
        check_length("checkout.hosts", self.hosts.len(), MOST_HOSTS)?;
        for host in &self.hosts {
            check_host(host)?;
        }
        Ok(PaymentPages {
            provider: self.provider,
            title,
            hosts: self.hosts,
            page_minutes: self.page_minutes.map(check_minutes).transpose()?,
            help: self.help.as_deref().map(check_help).transpose()?,
            currency: self
                .currency
                .as_deref()
                .map(|code| check_currency("checkout.currency", code))
                .transpose()?,
        })
    }
}

fn check_minutes(minutes: i64) -> Result<u32> {
    let fits = |minutes: &u32| (1..=MOST_PAGE_MINUTES).contains(minutes);
    u32::try_from(minutes).ok().filter(fits).ok_or_else(|| {
        malformed(NetworkDetail::NetworkNumberInvalid {
            field: "checkout.page_minutes".to_owned(),
            most: MOST_PAGE_MINUTES,
        })
    })
}

/// A hint is one of Bursar's own, never a text of the file: such a text would be in one language only, and could tell
/// people to send their money elsewhere.
fn check_help(text: &str) -> Result<PageHelp> {
    match text {
        "wallet-qr" => Ok(PageHelp::WalletQr),
        "none" => Ok(PageHelp::None),
        _ => Err(malformed(NetworkDetail::NetworkChoiceInvalid {
            field: "checkout.help".to_owned(),
            choices: "wallet-qr, none".to_owned(),
        })),
    }
}
