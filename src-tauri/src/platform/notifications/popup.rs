//! A pop-up, and what happens around pop-ups.

use crate::platform::activation::Activation;
use bursar_core::view::Page;
use std::collections::BTreeMap;

/// One pop-up: plain text, and where a click on it leads (`None`: just to the window).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Popup {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) page: Option<Page>,
}

/// Pop-ups that can still be clicked, and where a click leads.
pub(crate) type ClickTargets = BTreeMap<u32, Option<Page>>;

/// What happens around pop-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PopupEvent {
    /// A notification server came or went.
    ServerAvailable(bool),
    /// A pop-up was shown, or came to nothing.
    Handled,
    /// The user clicked; with what the desktop gave for raising a window.
    Clicked(Option<Page>, Activation),
}
