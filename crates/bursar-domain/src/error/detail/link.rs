//! Links to Bursar, and pages that it opens in the browser.

use serde::{Deserialize, Serialize};

/// Links to Bursar, and pages that it opens in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum LinkDetail {
    /// The link is not one of Bursar’s.
    LinkUnknown,
    /// The payment page’s address is not a plain web address.
    PageAddressInvalid,
    /// The payment page’s address has another scheme than https.
    PageNotSecure,
    /// The payment page’s host is written differently from how it is parsed.
    PageHostDisguised { host: String },
    /// The network does not list the payment page’s host.
    PageHostUnknown { host: String },
    /// The host belongs to another payment provider’s pages.
    PageOfOtherProvider {
        host: String,
        title: String,
        provider: String,
    },
    /// The network lists no pages of the payment’s provider.
    PageProviderUnlisted { host: String, provider: String },
    /// The address is not that of the network’s sign-in page.
    SignInPageUnknown,
}
