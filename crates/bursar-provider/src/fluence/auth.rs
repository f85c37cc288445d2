//! Authenticates Bursar with the API: an API key goes into the `x-api-key` header, and a token is sent as a bearer
//! token. Where the network has no OAuth, a call of the API renews the token.

use crate::session::Credential;
use crate::sign_in::Renewal;
use bursar_domain::network::Network;
use url::Url;

/// The header of an API key.
pub(super) const KEY_HEADER: &str = "x-api-key";

/// The header that carries a credential.
pub(crate) fn header(credential: &Credential) -> (&'static str, String) {
    match credential {
        Credential::ApiKey(key) => (KEY_HEADER, key.as_str().to_owned()),
        Credential::Tokens { .. } => credential.bearer(),
    }
}

/// Where a refresh token is exchanged for new tokens.
pub(crate) fn renewal(network: &Network) -> Renewal {
    match &network.sign_in {
        Some(sign_in) => Renewal::OAuth(sign_in.clone()),
        None => Renewal::Json(refresh_url(network)),
    }
}

fn refresh_url(network: &Network) -> Url {
    let mut url = network.api.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["auth", "refresh"]);
    }
    url
}
