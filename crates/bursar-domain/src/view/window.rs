//! The window's frame: what surrounds the pages, which page is shown, and what has changed.

use super::AccountView;
use crate::account::AccountId;
use crate::error::Error;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// What the window needs to draw its frame around the pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AppView {
    pub version: String,
    pub accounts: Vec<AccountView>,
    pub unread: u32,
    pub health: Health,
    pub settings: Settings,
}

/// The services of the desktop that the app can use. A service counts as present until it has been looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Health {
    pub tray: bool,
    pub notifications: bool,
    pub keyring: bool,
    pub links: bool,
    pub online: bool,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            tray: true,
            notifications: true,
            keyring: true,
            links: true,
            online: true,
        }
    }
}

/// A change that the window is notified of, so that it reads the data again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Change {
    /// Balance, charges, top-ups or errors of an account.
    Account {
        account: AccountId,
    },
    /// Rows of an account's history.
    Payments {
        account: AccountId,
    },
    /// Accounts were added, removed, renamed, signed in or out.
    Accounts,
    Notices,
    Settings,
    /// The tray, the keyring, notifications or the network appeared or disappeared.
    Health,
    /// Reading older payments made progress, was paused or was resumed.
    Backfill {
        account: AccountId,
    },
    /// The export made progress or ended.
    Export,
    /// A link, a notification or the tray asks for this page.
    Show {
        page: Page,
    },
    /// A sign-in in the browser ended; `error` is `None` if it succeeded.
    SignIn {
        error: Option<Error>,
        account: Option<AccountId>,
    },
}

/// A page of the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Page {
    Overview {
        account: AccountId,
    },
    TopUp {
        account: AccountId,
    },
    /// The newest payments of an account.
    Payments {
        account: AccountId,
    },
    Payment {
        account: AccountId,
        payment: String,
    },
    Accounts,
    Settings,
}
