//! The list of all providers. A new provider is a module in this crate and one entry here.

use crate::session::Session;
use crate::{Provider, ProviderInfo, fluence, panel, unsupported};
use bursar_domain::network::{Network, PaymentPages};
use bursar_domain::payment_rules::{OtherSource, PageFacts};
use bursar_platform::http::Http;
use std::sync::Arc;

/// All providers.
pub(crate) const REGISTRATIONS: [Registration; 2] = [fluence::REGISTRATION, panel::REGISTRATION];

/// What a provider's module registers.
pub(crate) struct Registration {
    /// Its name in network files.
    pub(crate) name: &'static str,
    pub(crate) info: fn(&Network) -> ProviderInfo,
    pub(crate) connect: fn(Network, Arc<Session>, Http) -> Arc<dyn Provider>,
    /// The name of a payment's source for users, where the API has only a code.
    pub(crate) source_title: fn(&str) -> Option<&'static str>,
    /// What a payment's source is, if it has no payment page.
    pub(crate) other_source: fn(&str) -> Option<OtherSource>,
    /// What is known of a payment provider's pages.
    pub(crate) page_facts: fn(&str) -> PageFacts,
}

fn registration(network: &Network) -> Option<&'static Registration> {
    REGISTRATIONS
        .iter()
        .find(|registered| registered.name == network.provider.as_str())
}

/// A client of the network's provider for the account of this session. If this version does not support the provider,
/// the client refuses every call.
pub fn connect(network: &Network, session: Arc<Session>, http: Http) -> Arc<dyn Provider> {
    match registration(network) {
        Some(registered) => (registered.connect)(network.clone(), session, http),
        None => Arc::new(unsupported::Unsupported),
    }
}

/// What is known of a network's provider before an account is connected.
pub fn info(network: &Network) -> ProviderInfo {
    registration(network).map_or_else(ProviderInfo::default, |registered| {
        (registered.info)(network)
    })
}

/// The name of a payment's source for users, such as a payment provider: the network file's, or else the one that this
/// version knows. `None` where the source is its own name.
pub fn source_title<'a>(network: &'a Network, source: &str) -> Option<&'a str> {
    let of_file = network.payment_pages_of(source);
    let of_file = of_file.map(|pages| pages.title.as_str());
    of_file
        .filter(|title| *title != source)
        .or_else(|| registration(network).and_then(|registered| (registered.source_title)(source)))
}

/// What a payment's source is, if it has no payment page.
pub fn other_source(network: &Network, source: &str) -> Option<OtherSource> {
    registration(network).and_then(|registered| (registered.other_source)(source))
}

/// What is known of the pages of a payment provider, as the API names it; the usual where nothing is known. The network
/// file goes before what this version knows, which stands for files from before they could say it.
pub fn page_facts(network: &Network, payment_provider: Option<&str>) -> PageFacts {
    let Some(provider) = payment_provider else {
        return PageFacts::default();
    };
    let known = registration(network).map_or_else(PageFacts::default, |registered| {
        (registered.page_facts)(provider)
    });
    let pages = network.payment_pages_of(provider);
    PageFacts {
        help: pages.and_then(|pages| pages.help).unwrap_or(known.help),
        page_lifetime: pages
            .and_then(PaymentPages::page_lifetime)
            .or(known.page_lifetime),
        ..known
    }
}
