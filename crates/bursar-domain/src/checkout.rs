//! Decides which addresses the browser may open. Every address is parsed, compared for exact equality with the
//! network's list, and passed on in its re-serialised form. An address in an unusual spelling is rejected, not
//! repaired.

use crate::error::{Code, Error, InternalDetail, LinkDetail, Result};
use crate::network::{Network, PageListing, host_and_port, is_loopback};
use crate::untrusted_text;
use alloy_primitives::{Address, B256};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use url::Url;

/// The longest address that Bursar opens, in bytes.
pub const LIMIT: usize = 2_048;

/// Accepts a checkout whose host and port the network lists for the payment's provider, or that the user added to the
/// account. `payment_provider` is the provider as the API names it; `None` if that is not known. The address must use
/// https, or plain http on this machine, have no user info, and be written exactly as it is parsed.
///
/// # Errors
/// [`Code::HostNotAllowed`], with the host in ASCII if there is one.
pub fn allow(
    raw: &str,
    network: &Network,
    payment_provider: Option<&str>,
    added_hosts: &[String],
) -> Result<Url> {
    let url = well_formed(raw)?;
    let host = host_and_port(&url).ok_or_else(|| refused(LinkDetail::PageAddressInvalid))?;
    if added_hosts.contains(&host) {
        return Ok(url);
    }
    let provider = untrusted_text::clean(payment_provider.unwrap_or_default());
    let provider = format!("{provider:.40}");
    match network.page_listing(&host, payment_provider) {
        PageListing::Listed => Ok(url),
        PageListing::OfAnotherProvider(pages) => Err(refused(LinkDetail::PageOfOtherProvider {
            host,
            title: pages.title.clone(),
            provider,
        })),
        PageListing::UnknownProvider => {
            Err(refused(LinkDetail::PageProviderUnlisted { host, provider }))
        }
        PageListing::UnknownHost => Err(refused(LinkDetail::PageHostUnknown { host })),
    }
}

/// The host, with its port, of a well-formed checkout, so that the user can add a host that is not listed.
pub fn host(raw: &str) -> Option<String> {
    well_formed(raw).ok().as_ref().and_then(host_and_port)
}

/// Accepts an address of the network's sign-in page: scheme, host, port and path must be equal.
///
/// # Errors
/// [`Code::HostNotAllowed`].
pub fn sign_in(network: &Network, address: &Url) -> Result<Url> {
    let url = well_formed(address.as_str())?;
    let expected = network.sign_in.as_ref().map(|sign_in| &sign_in.authorize);
    let same = expected.is_some_and(|page| {
        page.scheme() == url.scheme()
            && host_and_port(page) == host_and_port(&url)
            && page.path() == url.path()
    });
    if same {
        Ok(url)
    } else {
        Err(refused(LinkDetail::SignInPageUnknown))
    }
}

/// The network's console.
pub fn console(network: &Network) -> Option<Url> {
    network.console.clone()
}

/// The page on which the user makes API keys.
pub fn keys_page(network: &Network) -> Option<Url> {
    network.keys_page.clone()
}

/// The console's page about the balance.
pub fn billing_page(network: &Network) -> Option<Url> {
    network.billing_page.clone()
}

/// A transaction in the network's explorer.
pub fn explorer_transaction(network: &Network, transaction: &B256) -> Option<Url> {
    explorer(network, "tx", &transaction.to_string())
}

/// An address in the network's explorer.
pub fn explorer_address(network: &Network, address: Address) -> Option<Url> {
    explorer(network, "address", &address.to_checksum(None))
}

fn explorer(network: &Network, kind: &str, what: &str) -> Option<Url> {
    let mut url = network.chain.as_ref()?.explorer.clone()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend([kind, what]);
    Some(url)
}

/// A QR code of an allowed address: an SVG with one path, black on white, with a quiet zone.
///
/// # Errors
/// [`Code::Internal`] if the address is too long for a QR code.
pub fn qr_svg(url: &Url) -> Result<String> {
    let code = QrCode::with_error_correction_level(url.as_str(), EcLevel::M)
        .or_else(|_| QrCode::with_error_correction_level(url.as_str(), EcLevel::L))
        .map_err(|_| {
            Error::new(
                Code::Internal,
                InternalDetail::step("draw the QR code of a payment page"),
            )
        })?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .quiet_zone(true)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build())
}

/// Parses an address that is written exactly as it is parsed: visible ASCII, a scheme and two slashes, and a host that
/// the parser did not change.
fn well_formed(raw: &str) -> Result<Url> {
    if raw.len() > LIMIT {
        return Err(refused(LinkDetail::PageAddressInvalid));
    }
    if !raw.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err(refused(LinkDetail::PageAddressInvalid));
    }
    let url = Url::parse(raw).map_err(|_| refused(LinkDetail::PageAddressInvalid))?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(refused(LinkDetail::PageNotSecure));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(LinkDetail::PageAddressInvalid));
    }
    if written_host(raw).is_some_and(|written| is_written_as(&written, &url)) {
        Ok(url)
    } else {
        let host = host_and_port(&url).unwrap_or_default();
        Err(refused(LinkDetail::PageHostDisguised { host }))
    }
}

/// The text between the two slashes and the path, in lowercase.
fn written_host(raw: &str) -> Option<String> {
    let (_, rest) = raw.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(host.to_ascii_lowercase())
}

/// Whether `written` is the host of `url`, with or without the scheme's default port.
fn is_written_as(written: &str, url: &Url) -> bool {
    let Some(parsed) = host_and_port(url) else {
        return false;
    };
    let default_port = || {
        format!(
            "{parsed}:{}",
            if url.scheme() == "https" { 443 } else { 80 }
        )
    };
    written == parsed || (url.port().is_none() && written == default_port())
}

fn refused(why: LinkDetail) -> Error {
    Error::new(Code::HostNotAllowed, why)
}
