//! Builds the URL of an API call, with each part of the path and the query escaped.

use bursar_domain::error::{Code, Error, NetworkDetail, Result};
use url::Url;

/// The URL of `path` below `base`, with `query`.
///
/// # Errors
/// `network_malformed` if `base` cannot have a path.
pub(super) fn call_url<'a>(
    base: &Url,
    path: impl IntoIterator<Item = &'a str>,
    query: &[(&'static str, String)],
) -> Result<Url> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Error::new(Code::NetworkMalformed, NetworkDetail::ApiUrlInvalid))?
        .pop_if_empty()
        .extend(path);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}
