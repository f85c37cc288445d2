//! Where a hosted page may redirect the browser: HTTPS, a loopback address, or an application's own scheme.

use url::{Host, Url};

use super::body::{Fields, invalid};
use super::problem::{Code, Problem};

/// Reads `return_url`, if present.
pub(super) fn read(fields: &Fields<'_>) -> Result<Option<String>, Problem> {
    if fields.get("return_url").is_none() {
        return Ok(None);
    }
    let at = fields.pointer("return_url");
    let text = fields.text("return_url")?;
    let plain = !text
        .chars()
        .any(|character| character.is_whitespace() || character == '#');
    if text.len() > 2048 || !plain || !text.contains("://") {
        return Err(invalid(&at, "Must be an absolute address without fragment"));
    }
    Ok(Some(text.to_owned()))
}

pub(super) fn check(text: &str) -> Result<(), Problem> {
    if Url::parse(text).is_ok_and(|url| allowed(&url)) {
        return Ok(());
    }
    Err(Problem::new(
        Code::ReturnUrlNotAllowed,
        "The return address must be https, a loopback address, or an application's own link.",
    )
    .at("/return_url", "Not an allowed address"))
}

fn allowed(url: &Url) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    match url.scheme() {
        "https" => true,
        "http" => match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        },
        own => own.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_allowed_return_urls() {
        for good in [
            "org.bursar.desktop://top-up/return?state=x",
            "https://shop.example/back",
            "http://127.0.0.1:4000/",
            "http://[::1]/",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "http://shop.example/",
            "javascript://alert",
            "file:///etc/passwd",
            "https://user:word@shop.example/",
            "data://x",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
