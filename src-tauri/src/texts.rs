//! The texts outside the window, in the language that the user has chosen.

use bursar_core::home;
use bursar_core::language::Language as Setting;
use bursar_core::settings_file::SettingsFile;
use bursar_l10n::{Language, Medium, Texts};
use std::sync::{Arc, Mutex, PoisonError};

/// The texts of the language that was asked for last. They are read when they are first needed: the start does not need them.
#[derive(Debug, Default)]
pub(crate) struct CurrentTexts(Mutex<Option<Arc<Texts>>>);

impl CurrentTexts {
    pub(crate) fn of(&self, setting: Setting) -> Arc<Texts> {
        let language = Language::chosen(setting);
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match current.as_ref() {
            Some(texts) if texts.language() == language => Arc::clone(texts),
            Some(_) | None => {
                let texts = Arc::new(Texts::new(language, Medium::Desktop));
                *current = Some(Arc::clone(&texts));
                texts
            }
        }
    }
}

/// The texts of the command line, in the language of the usual home's settings.
pub(crate) fn for_terminal() -> Texts {
    let home = home::find(None, |name| std::env::var_os(name));
    let language = home.map_or_else(Language::of_system, |home| {
        Language::chosen(SettingsFile::stored(&home).language)
    });
    Texts::new(language, Medium::Terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follow_the_setting() {
        let texts = CurrentTexts::default();
        let language = |setting| texts.of(setting).language();
        assert_eq!(language(Setting::German), Language::German);
        assert!(Arc::ptr_eq(
            &texts.of(Setting::German),
            &texts.of(Setting::German)
        ));
        assert_eq!(language(Setting::Spanish), Language::Spanish);
    }
}
