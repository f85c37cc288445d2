//! What the webview does without. Bursar's pages are text, lines and one small chart: drawn by the processor they
//! are on the screen sooner than a graphics driver is loaded, and without the memory that it takes. What no page
//! uses is also nothing that anybody could use against us.

use webkit2gtk::{
    CacheModel, HardwareAccelerationPolicy, Settings, SettingsExt as _, WebContextExt as _,
    WebView, WebViewExt as _,
};

/// Takes away what the pages do not use. To be called before the first page is drawn.
pub(crate) fn apply(webview: &WebView) {
    if let Some(context) = webview.context() {
        // Everything comes out of the program itself, and nothing is gone back to.
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
