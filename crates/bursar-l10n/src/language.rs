//! The languages that Bursar speaks, and which of them fits the system.

use bursar_domain::language::Language as Setting;
use unic_langid::{LanguageIdentifier, langid};

/// A language that has a folder in `locales/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    German,
    Spanish,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Spanish];

    /// The one that the user has chosen in Settings.
    pub fn chosen(setting: Setting) -> Self {
        match setting {
            Setting::System => Self::of_system(),
            Setting::English => Self::English,
            Setting::German => Self::German,
            Setting::Spanish => Self::Spanish,
        }
    }

    /// The one that the system's user prefers, or English.
    pub fn of_system() -> Self {
        Self::best(sys_locale::get_locales())
    }

    /// The first of these locales that Bursar speaks, or English. Locales are written as BCP 47 or POSIX have them: `de-AT`,
    /// `de_AT.UTF-8`. `C` and `POSIX` are English: scripts ask for it by them.
    pub fn best<S: AsRef<str>>(preferred: impl IntoIterator<Item = S>) -> Self {
        preferred
            .into_iter()
            .find_map(|locale| {
                let locale = locale.as_ref();
                let language = locale.split(['-', '_', '.', '@']).next().unwrap_or(locale);
                if matches!(language, "C" | "POSIX") {
                    return Some(Self::English);
                }
                Self::ALL
                    .into_iter()
                    .find(|known| known.tag().eq_ignore_ascii_case(language))
            })
            .unwrap_or(Self::English)
    }

    /// The name of its folder in `locales/`, a BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
        }
    }

    /// The sign between whole units and decimals of an amount.
    pub fn decimal_sign(self) -> char {
        match self {
            Self::English => '.',
            Self::German | Self::Spanish => ',',
        }
    }

    pub(crate) fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::German => langid!("de"),
            Self::Spanish => langid!("es"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_names_each_language() {
        for language in Language::ALL {
            let setting = serde_json::from_value(language.tag().into()).unwrap();
            assert_eq!(Language::chosen(setting), language);
        }
    }

    #[test]
    fn first_known_language_of_the_system_wins() {
        assert_eq!(Language::best(["de_AT.UTF-8", "en"]), Language::German);
        assert_eq!(Language::best(["fr-FR", "ES-419", "de"]), Language::Spanish);
        assert_eq!(Language::best(["C", "POSIX"]), Language::English);
        assert_eq!(Language::best(["C.UTF-8", "de_DE"]), Language::English);
        assert_eq!(Language::best(["design"]), Language::English);
        assert_eq!(Language::best(Vec::<String>::new()), Language::English);
    }
}
