//! The command line. A further start checks its arguments in the same way before it hands them over.

use bursar_core::link::SCHEME;
use bursar_l10n::{Texts, text};
use clap::Parser;
use clap::error::{ContextKind, ErrorKind};
use std::ffi::OsString;
use std::iter;
use std::path::PathBuf;

/// The help of the command line.
pub(crate) fn usage(texts: &Texts) -> String {
    let options = [
        ("--home DIR", text!(texts, desktop_help_home)),
        ("--hidden", text!(texts, desktop_help_hidden)),
        ("--version", text!(texts, desktop_help_version)),
        ("--help", text!(texts, desktop_help_help)),
    ];
    let heading = text!(texts, terminal_usage_heading);
    let first = format!("{heading} bursar-desktop [--home DIR] [--hidden] [LINK]\n");
    options.into_iter().fold(first, |lines, (option, help)| {
        format!("{lines}\n  {option:<12} {help}")
    })
}

/// What is wrong with the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InvalidArguments {
    NotText,
    HomeMissing,
    Unknown(String),
    /// In clap's words, which are English.
    Other(String),
}

impl InvalidArguments {
    /// One line that says what is wrong.
    pub(crate) fn explain(&self, texts: &Texts) -> String {
        match self {
            Self::NotText => text!(texts, desktop_argument_unreadable),
            Self::HomeMissing => text!(texts, desktop_home_missing),
            Self::Unknown(argument) => text!(texts, desktop_argument_unknown, argument = argument),
            Self::Other(words) => words.clone(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Invocation {
    Run(Arguments),
    Help,
    Version,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) home: Option<PathBuf>,
    pub(crate) hidden: bool,
    /// A deep link, unchecked.
    pub(crate) link: Option<String>,
}

/// The arguments as clap reads them. If an option is given twice, the last one counts.
#[derive(Debug, Parser)]
#[command(name = "bursar-desktop", version)]
struct CommandLine {
    // A folder's name may begin with a dash.
    #[arg(
        long,
        value_name = "DIR",
        allow_hyphen_values = true,
        overrides_with = "home"
    )]
    home: Option<OsString>,
    #[arg(long, overrides_with = "hidden")]
    hidden: bool,
    #[arg(value_name = "LINK", value_parser = link_or_nothing)]
    links: Vec<Option<String>>,
}

impl Invocation {
    /// Reads the arguments after the program's own name.
    ///
    /// # Errors
    /// What is wrong.
    pub(crate) fn parse(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, InvalidArguments> {
        let program = iter::once(OsString::from("bursar-desktop"));
        let error = match CommandLine::try_parse_from(program.chain(arguments)) {
            Ok(line) => {
                return Ok(Self::Run(Arguments {
                    home: line.home.map(PathBuf::from),
                    hidden: line.hidden,
                    link: line.links.into_iter().flatten().next_back(),
                }));
            }
            Err(error) => error,
        };
        if error.kind() == ErrorKind::DisplayHelp {
            Ok(Self::Help)
        } else if error.kind() == ErrorKind::DisplayVersion {
            Ok(Self::Version)
        } else {
            Err(invalid(&error))
        }
    }
}

/// Where the argument alone says what is wrong, clap's message would only be longer.
fn invalid(error: &clap::Error) -> InvalidArguments {
    let kind = error.kind();
    if kind == ErrorKind::InvalidUtf8 {
        return InvalidArguments::NotText;
    }
    // No other option takes a value.
    if kind == ErrorKind::InvalidValue {
        return InvalidArguments::HomeMissing;
    }
    let unknown = if kind == ErrorKind::ValueValidation {
        error.get(ContextKind::InvalidValue)
    } else if kind == ErrorKind::UnknownArgument {
        error.get(ContextKind::InvalidArg)
    } else {
        None
    };
    if let Some(argument) = unknown {
        return InvalidArguments::Unknown(argument.to_string());
    }
    let message = error.to_string();
    let line = message.lines().next().unwrap_or_default();
    InvalidArguments::Other(line.strip_prefix("error: ").unwrap_or(line).to_owned())
}

/// A desktop entry replaces `%u` by nothing when there is no link.
fn link_or_nothing(text: &str) -> Result<Option<String>, &'static str> {
    match text {
        "" => Ok(None),
        link if is_link(link) => Ok(Some(link.to_owned())),
        // The caller names the argument.
        _ => Err(""),
    }
}

/// Whether this may be one of Bursar's links. The core decides whether it is valid.
fn is_link(text: &str) -> bool {
    text.get(..SCHEME.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(SCHEME))
        && text.as_bytes().get(SCHEME.len()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_l10n::{Language, Medium};
    use std::os::unix::ffi::OsStringExt as _;

    fn parse(given: &[&str]) -> Result<Invocation, InvalidArguments> {
        Invocation::parse(given.iter().map(OsString::from))
    }

    fn run(given: &[&str]) -> Arguments {
        match parse(given) {
            Ok(Invocation::Run(arguments)) => arguments,
            other => panic!("{given:?} gave {other:?}"),
        }
    }

    #[test]
    fn no_arguments_open_the_window_with_the_default_home() {
        assert_eq!(run(&[]), Arguments::default());
        assert_eq!(run(&[""]), Arguments::default());
    }

    #[test]
    fn accepts_a_link_in_any_position() {
        let link = "org.bursar.desktop://top-up/return?state=x";
        assert_eq!(run(&[link]).link.as_deref(), Some(link));
        let all = run(&["--home", "/a b", link, "--hidden"]);
        assert_eq!(all.link.as_deref(), Some(link));
        assert_eq!(all.home, Some("/a b".into()));
        assert!(all.hidden);
        assert_eq!(run(&["--home=/x"]).home, Some("/x".into()));
    }

    #[test]
    fn last_of_a_repeated_argument_counts() {
        let (first, last) = ("org.bursar.desktop:a", "ORG.bursar.desktop:b");
        let all = run(&[
            "--home", "/a", "--hidden", first, "--home", "--b", last, "--hidden", "",
        ]);
        assert_eq!(all.home, Some("--b".into()));
        assert!(all.hidden);
        assert_eq!(all.link.as_deref(), Some(last));
    }

    #[test]
    fn names_the_argument_that_is_wrong() {
        for wrong in ["--hiden", "-x", "https://example.org/"] {
            assert_eq!(
                parse(&["--hidden", wrong]),
                Err(InvalidArguments::Unknown(wrong.to_owned()))
            );
        }
    }

    #[test]
    fn says_what_is_missing_or_unreadable() {
        assert_eq!(parse(&["--home"]), Err(InvalidArguments::HomeMissing));
        let unreadable = OsString::from_vec(vec![0xFF]);
        assert_eq!(
            Invocation::parse([unreadable]),
            Err(InvalidArguments::NotText)
        );
        assert_eq!(run(&["--home="]).home, Some("".into()));
    }

    #[test]
    fn rejects_unknown_arguments() {
        for wrong in [
            &["--home"][..],
            &["--hiden"],
            &["https://example.org/"],
            &["org.bursar.desktopx:"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(parse(&["--hidden", "--help"]), Ok(Invocation::Help));
    }

    #[test]
    fn usage_and_errors_are_in_the_language() {
        let german = Texts::new(Language::German, Medium::Terminal);
        let usage = usage(&german);
        assert!(
            usage.starts_with("Aufruf: bursar-desktop [--home DIR]"),
            "{usage}"
        );
        assert!(
            usage.contains("\n  --hidden     Im Infobereich starten"),
            "{usage}"
        );
        assert_eq!(
            parse(&["--x"]).unwrap_err().explain(&german),
            "--x ist keine Option."
        );
    }
}
