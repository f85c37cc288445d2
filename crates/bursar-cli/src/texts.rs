//! The texts of the terminal, in the language that the user has chosen.

use bursar_core::home;
use bursar_core::settings_file::SettingsFile;
use bursar_l10n::{Language, Medium, Texts};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

static TEXTS: OnceLock<Texts> = OnceLock::new();

/// The texts in the language that [`use_setting`] found, or else in the system's.
pub(crate) fn texts() -> &'static Texts {
    TEXTS.get_or_init(|| texts_in(Language::of_system()))
}

/// Takes the language from the settings of the home that the command line names. This comes before the command line is read: its
/// help and its errors are texts, too.
pub(crate) fn use_setting() {
    let given = given_home(std::env::args_os().skip(1));
    let home = home::find(given.as_deref(), |name| std::env::var_os(name));
    let language = home.map_or_else(Language::of_system, |home| {
        Language::chosen(SettingsFile::stored(&home).language)
    });
    // It is set once, at the start.
    let _ = TEXTS.set(texts_in(language));
}

/// The argument of `--home`, in either of its forms.
fn given_home(arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--home") => return arguments.next().map(PathBuf::from),
            Some("--") => return None,
            Some(text) => {
                if let Some(home) = text.strip_prefix("--home=") {
                    return Some(PathBuf::from(home));
                }
            }
            None => {}
        }
    }
    None
}

fn texts_in(language: Language) -> Texts {
    Texts::new(language, Medium::Terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_home_in_either_form() {
        let home = |arguments: &[&str]| given_home(arguments.iter().map(OsString::from));
        let folder = Some(PathBuf::from("/x"));
        assert_eq!(home(&["--home", "/x", "status"]), folder);
        assert_eq!(home(&["status", "--home=/x"]), folder);
        assert_eq!(home(&["status"]), None);
        assert_eq!(home(&["history", "--", "--home", "/x"]), None);
    }
}
