//! A pop-up and its events.

use crate::platform::activation::Activation;
use bursar_core::view::Page;
use std::collections::BTreeMap;

/// One pop-up: plain text, and the page that a click opens (`None`: just the window).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Popup {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) page: Option<Page>,
}

/// Pop-ups that can still be clicked, by the server's id, and the page that a click opens.
pub(crate) type ClickTargets = BTreeMap<u32, Option<Page>>;

/// What is reported about pop-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PopupEvent {
    /// A notification server appeared or vanished.
    ServerAvailable(bool),
    /// A queued pop-up was shown, or failed.
    Handled,
    /// The user clicked. The activation may raise the window.
    Clicked(Option<Page>, Activation),
}
