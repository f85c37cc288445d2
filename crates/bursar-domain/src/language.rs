//! The languages that Bursar is written in.

use serde::{Deserialize, Serialize};

/// The language that the user has chosen for window, tray, notifications and terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum Language {
    /// The system's language if Bursar is written in it, else English.
    #[default]
    #[serde(rename = "system")]
    System,
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// Its name in the settings file and in the window's page: `system`, or a language tag.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_stored_by_its_name() {
        for language in [
            Language::System,
            Language::English,
            Language::German,
            Language::Spanish,
        ] {
            let stored = serde_json::to_value(language).unwrap();
            assert_eq!(stored, language.name());
            assert_eq!(
                serde_json::from_value::<Language>(stored).unwrap(),
                language
            );
        }
    }
}
