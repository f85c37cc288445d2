//! The Fluent files of each language, compiled into the program.

use crate::Language;

macro_rules! files {
    ($language:literal: $($name:literal)*) => {
        &[$(include_str!(concat!("../../../locales/", $language, "/", $name, ".ftl"))),*]
    };
    ($language:literal) => {
        files!(
            $language:
            "desktop"
            "tray"
            "popups"
            "notifications"
            "terminal"
            "terminal-help"
            "errors"
            "errors/account"
            "errors/amount"
            "errors/chain"
            "errors/connection"
            "errors/desktop"
            "errors/file"
            "errors/internal"
            "errors/keyring"
            "errors/link"
            "errors/network"
            "errors/payment"
            "errors/provider"
            "errors/response"
            "errors/sign-in"
            "errors/storage"
            "errors/sync"
            "errors/terminal"
            "errors/top-up"
        )
    };
}

/// The texts of the files. The folder `window` belongs to the window alone.
pub(crate) fn files(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => files!("en"),
        Language::German => files!("de"),
        Language::Spanish => files!("es"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn has_every_file_but_those_of_the_window() {
        for language in Language::ALL {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../locales")
                .join(language.tag());
            for folder in [folder.join("errors"), folder] {
                for entry in fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_file() {
                        let text = fs::read_to_string(&path).unwrap();
                        assert!(files(language).contains(&text.as_str()), "{path:?}");
                    }
                }
            }
        }
    }
}
