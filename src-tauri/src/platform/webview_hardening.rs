//! Turns off what Bursar's pages do not use. They are text, lines and one small chart, so the webview needs no
//! graphics driver, media or database. What is off costs no memory and cannot be attacked.

use webkit2gtk::{
    CacheModel, HardwareAccelerationPolicy, Settings, SettingsExt as _, WebContextExt as _,
    WebView, WebViewExt as _,
};

/// Turns the unused features off. Call it before the first page is drawn.
pub(crate) fn apply(webview: &WebView) {
    if let Some(context) = webview.context() {
        // All pages come from the program itself, so no cache is needed.
        context.set_cache_model(CacheModel::DocumentViewer);
    }
    if let Some(settings) = webview.settings() {
        disable_unused_features(&settings);
    }
}

fn disable_unused_features(settings: &Settings) {
    settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    settings.set_enable_webgl(false);
    settings.set_enable_webaudio(false);
    settings.set_enable_media(false);
    settings.set_enable_mediasource(false);
    settings.set_enable_page_cache(false);
    settings.set_enable_html5_database(false);
    settings.set_enable_dns_prefetching(false);
}
