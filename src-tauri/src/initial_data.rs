//! The data of the window's first frame. It is inserted into the page before the page's code runs; asking for it
//! would cost two messages to and from the webview. The page reads it once and gets all later changes through its channel.

use crate::window_state::{TextSize, WindowState};
use bursar_core::error::Result;
use bursar_core::language::Language;
use bursar_core::view::{AppView, Overview, Page};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::async_runtime::{JoinHandle, spawn};
use tauri::http::header::CONTENT_TYPE;
use tauri::http::{Request, Response};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// If loading takes longer, the page is faster by asking for the data itself.
const LOAD_TIMEOUT: Duration = Duration::from_millis(250);
/// The data stands at the end of the page, whose code runs once the page is complete.
const INSERTION_POINT: &str = "</body>";
/// Text size and language are attributes of the page's root, so that they are known before anything is measured or drawn,
/// and also when the data comes too late.
const ROOT: &str = "<html";

/// What a new window shows first: the frame, the page where the user left it, and the selected account's overview.
#[derive(Clone, Debug, serde::Serialize, specta::Type)]
pub(crate) struct InitialData {
    pub(crate) app: AppView,
    /// The selected account's overview, if there is an account whose overview can be read.
    pub(crate) overview: Option<Overview>,
    pub(crate) window_state: WindowState,
    /// The page that a link, a pop-up or the tray has requested: it goes before the one where the user left the window. A
    /// [`Change::Show`](bursar_core::view::Change::Show) follows for it.
    pub(crate) requested_page: Option<Page>,
}

/// What the page's root says about how everything is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageAttributes {
    pub(crate) text_size: TextSize,
    pub(crate) language: Language,
}

/// What goes into the next page.
#[derive(Debug, Default)]
pub(crate) struct InitialDataLoader(Mutex<Option<Pending>>);

#[derive(Debug)]
struct Pending {
    attributes: PageAttributes,
    loading: JoinHandle<Result<InitialData>>,
}

impl InitialDataLoader {
    /// Starts loading while the window is being built. The attributes are known already.
    pub(crate) fn prefetch(
        &self,
        attributes: PageAttributes,
        load: impl Future<Output = Result<InitialData>> + Send + 'static,
    ) {
        let loading = spawn(load);
        self.pending().replace(Pending {
            attributes,
            loading,
        });
    }

    /// Inserts attributes and data into the next page. If there is no data, or it comes too late, the page asks for it.
    pub(crate) fn insert_into(
        &self,
        request: &Request<Vec<u8>>,
        response: &mut Response<Cow<'static, [u8]>>,
    ) {
        let is_page = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page || !matches!(request.uri().path(), "" | "/" | "/index.html") {
            return;
        }
        let Some(Pending {
            attributes,
            loading,
        }) = self.pending().take()
        else {
            return;
        };
        set_attributes(attributes, response.body_mut());
        let loaded = block_in_place(|| {
            Handle::current().block_on(tokio::time::timeout(LOAD_TIMEOUT, loading))
        });
        match loaded {
            Ok(Ok(Ok(data))) => insert(&data, response.body_mut()),
            Ok(Ok(Err(error))) => {
                tracing::debug!(code = ?error.code, "could not load the initial data")
            }
            Ok(Err(_)) | Err(_) => tracing::debug!("the initial data came too late"),
        }
    }

    fn pending(&self) -> MutexGuard<'_, Option<Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_attributes(attributes: PageAttributes, page: &mut Cow<'static, [u8]>) {
    let (Ok(Value::String(percent)), Ok(text)) = (
        serde_json::to_value(attributes.text_size),
        std::str::from_utf8(page),
    ) else {
        return;
    };
    let Some((before, after)) = text.split_once(ROOT) else {
        tracing::warn!("the page has no place for its attributes");
        return;
    };
    let language = attributes.language.name();
    let changed =
        format!(r#"{before}{ROOT} data-text-size="{percent}" data-language="{language}"{after}"#);
    *page = Cow::Owned(changed.into_bytes());
}

/// Inserts JSON as data, which the content security policy never runs, and escapes what could end its element.
fn insert(data: &InitialData, page: &mut Cow<'static, [u8]>) {
    let (Ok(json), Ok(text)) = (serde_json::to_string(data), std::str::from_utf8(page)) else {
        return;
    };
    let Some(at) = text.rfind(INSERTION_POINT) else {
        tracing::warn!("the page has no place for the initial data");
        return;
    };
    let json = json.replace('<', "\\u003c");
    let (before, after) = text.split_at(at);
    *page = Cow::Owned(
        format!(
            r#"{before}<script type="application/json" id="initial-data">{json}</script>{after}"#
        )
        .into_bytes(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_core::settings::Settings;
    use bursar_core::view::Health;

    const ATTRIBUTES: PageAttributes = PageAttributes {
        text_size: TextSize::Percent125,
        language: Language::German,
    };

    fn data(version: &str) -> InitialData {
        InitialData {
            app: AppView {
                version: version.to_owned(),
                accounts: Vec::new(),
                unread: 0,
                health: Health::default(),
                settings: Settings::default(),
            },
            overview: None,
            window_state: WindowState::default(),
            requested_page: None,
        }
    }

    #[test]
    fn data_cannot_end_its_element() {
        let mut page = Cow::Borrowed(&b"<body><p>A</p></body>"[..]);
        insert(&data("</script><script>alert(1)</script><!--"), &mut page);
        let text = String::from_utf8(page.into_owned()).unwrap();
        let rest = text
            .strip_prefix(r#"<body><p>A</p><script type="application/json" id="initial-data">"#)
            .unwrap();
        let json = rest.strip_suffix("</script></body>").unwrap();
        assert!(!json.contains('<'), "{json}");
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(
            read["app"]["version"],
            "</script><script>alert(1)</script><!--"
        );
    }

    #[test]
    fn page_without_a_body_stays_unchanged() {
        let mut page = Cow::Borrowed(&b"<p>"[..]);
        insert(&data("1"), &mut page);
        set_attributes(ATTRIBUTES, &mut page);
        assert_eq!(&*page, b"<p>");
    }

    #[test]
    fn page_has_text_size_and_language_before_its_first_style() {
        let mut page =
            Cow::Borrowed(&br#"<!doctype html><html lang="en"><head></head></html>"#[..]);
        set_attributes(ATTRIBUTES, &mut page);
        let expected = r#"<!doctype html><html data-text-size="125" data-language="de" lang="en"><head></head></html>"#;
        assert_eq!(&*page, expected.as_bytes());
    }
}
