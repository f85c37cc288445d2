//! The user's settings, with their defaults. To add one, add a field to [`Settings`], its default, and the same field as an
//! option to [`SettingsChange`]: the settings file and both halves of the window take it from there.

use crate::language::Language;
use serde::{Deserialize, Serialize};

/// Preferences. They may be lost without harm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    pub language: Language,
    pub hide_amounts: bool,
    pub notifications: bool,
    /// Warn when the balance falls below this amount in its currency, in digits with a point. If empty, only the days left
    /// count.
    pub low_balance_amount: String,
    /// Warn when the balance lasts this many days or fewer.
    pub low_balance_days: u32,
    pub autostart: bool,
    /// Whether Bursar has explained that it keeps running in the tray.
    #[serde(rename = "told_about_tray")]
    pub tray_explained: bool,
    /// Missing desktop services whose banner the user closed in an earlier version: names of
    /// [`Health`](crate::view::Health)'s fields. Only read: the window keeps them in its own file now.
    pub hidden_services: Vec<String>,
}

/// Changes to the preferences. `None` leaves a preference unchanged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default)]
pub struct SettingsChange {
    pub theme: Option<Theme>,
    pub language: Option<Language>,
    pub hide_amounts: Option<bool>,
    pub notifications: Option<bool>,
    pub low_balance_amount: Option<String>,
    pub low_balance_days: Option<u32>,
    pub autostart: Option<bool>,
    #[serde(rename = "told_about_tray")]
    pub tray_explained: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: Language::System,
            hide_amounts: false,
            notifications: true,
            low_balance_amount: String::new(),
            low_balance_days: 7,
            autostart: false,
            tray_explained: false,
            hidden_services: Vec::new(),
        }
    }
}
