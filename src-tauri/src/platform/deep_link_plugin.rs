//! Links while Tauri runs. All of them come through `tauri-plugin-deep-link`: what this start was given, what a further
//! start or the session bus brings, and on macOS the system's own event. On Linux the plugin registers nothing: its
//! entry would not name the home, so `url_scheme` writes Bursar's own.

use bursar_core::link;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tauri::{AppHandle, Builder, Manager as _, Wry};
use tauri_plugin_deep_link::{DeepLink, Result};

/// Stands for the program's name, which the plugin expects as the first argument.
const PROGRAM: &str = "bursar-desktop";

/// How often the plugin has delivered links while Tauri ran.
#[derive(Debug, Default)]
struct DeliveryCount(AtomicU64);

/// Adds the plugin. It is left out if one of the arguments is not UTF-8, such as a folder's name: the plugin reads them
/// all, and would panic.
pub(crate) fn add_to(builder: Builder<Wry>) -> Builder<Wry> {
    if std::env::args_os().all(|argument| argument.to_str().is_some()) {
        builder.plugin(tauri_plugin_deep_link::init())
    } else {
        builder
    }
}

/// Whether a text may go to the plugin. The plugin parses it as a URL, which turns several spellings into one. So the
/// text is checked before: only the exact form is a link.
pub(crate) fn accepts(text: &str) -> bool {
    link::parse(text).is_ok()
}

/// Calls `on_link` with the link of this start, if there is one, and with each one that comes later. `argument` is the
/// link among this start's arguments, unchecked. `on_link` must neither wait nor call the plugin, which holds its locks
/// meanwhile. Returns false if there is no plugin. On the main thread.
pub(crate) fn listen(
    tauri: &AppHandle,
    argument: Option<&str>,
    on_link: impl Fn(String) + Send + Sync + 'static,
) -> bool {
    let Some(plugin) = tauri.try_state::<DeepLink<Wry>>() else {
        return false;
    };
    if let Some(link) = argument.filter(|text| accepts(text)) {
        // By itself, the plugin takes a link only if it is the only argument. Bursar's entry may add `--home`.
        plugin.handle_cli_arguments([PROGRAM, link].into_iter());
    }
    match start_links(&plugin, argument) {
        Ok(links) => links.into_iter().for_each(&on_link),
        Err(error) => tracing::warn!(%error, "could not read the link of this start"),
    }
    let count = Arc::new(DeliveryCount::default());
    tauri.manage(Arc::clone(&count));
    plugin.on_open_url(move |event| {
        count.0.fetch_add(1, Ordering::AcqRel);
        let links = event.urls().into_iter().map(String::from);
        links.for_each(&on_link);
    });
    #[cfg(windows)]
    if let Err(error) = plugin.register_all() {
        tracing::warn!(%error, "could not register for links");
    }
    true
}

/// Passes on a link that [`accepts`] allows. Returns whether it has been delivered: not without the plugin, and not yet
/// if Tauri keeps the event back, as it does if another thread sends one at the same moment. Such a link may come later.
pub(crate) fn pass(tauri: &AppHandle, link: &str) -> bool {
    let plugin = tauri.try_state::<DeepLink<Wry>>();
    let (Some(plugin), Some(count)) = (plugin, tauri.try_state::<Arc<DeliveryCount>>()) else {
        return false;
    };
    let before = count.0.load(Ordering::Acquire);
    plugin.handle_cli_arguments([PROGRAM, link].into_iter());
    count.0.load(Ordering::Acquire) != before
}

/// The links that the plugin has found at the start. It also finds a lone argument in another spelling than the exact
/// one; that one is not the argument any more.
fn start_links(plugin: &DeepLink<Wry>, argument: Option<&str>) -> Result<Vec<String>> {
    let found = plugin.get_current()?.unwrap_or_default();
    let links = found.into_iter().map(String::from);
    Ok(links
        .filter(|link| argument.is_none_or(|text| text == link))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_core::link::{SCHEME, return_url};
    use url::Url;

    #[test]
    fn the_plugin_gets_every_exact_link_unchanged() {
        let state = "0123456789abcdef".repeat(4);
        let symbols = "!$%27()*+,-./:;=?@[]^_{|}~";
        for link in [
            return_url(&state),
            format!("{}&x={symbols}&y", return_url(&state)),
            format!("{SCHEME}://sign-in?code=4%2F0A{symbols}&state={state}"),
            format!("{SCHEME}://sign-in?state={state}&error=access_denied#_=_{symbols}"),
        ] {
            assert!(accepts(&link), "{link}");
            assert_eq!(Url::parse(&link).unwrap().as_str(), link);
        }
    }

    #[test]
    fn a_spelling_that_a_url_parser_would_repair_is_refused() {
        let link = return_url(&"a".repeat(64));
        for other in [
            link.replace("org.", "ORG."),
            link.replace("://", "://@"),
            link.replace("top-up/", "top-up:/"),
            link.replace("return", "x/../return"),
            format!(" {link}"),
            format!("{link}\n"),
            link.replace("re", "r\te"),
        ] {
            assert_eq!(Url::parse(&other).unwrap().as_str(), link, "{other:?}");
            assert!(!accepts(&other), "{other:?}");
        }
        assert!(!accepts(&format!("{link}&x={}", "y".repeat(2_048))));
    }

    /// The plugin takes links of the configured schemes only.
    #[test]
    fn the_scheme_is_configured() {
        let config: serde_json::Value =
            serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        let schemes = &config["plugins"]["deep-link"]["desktop"]["schemes"];
        assert_eq!(schemes, &serde_json::json!([SCHEME]));
    }
}
