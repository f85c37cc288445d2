//! The command line. A further start checks its arguments in the same way before it hands them over.

use bursar_core::link::SCHEME;
use clap::Parser;
use clap::error::{ContextKind, ErrorKind};
use std::ffi::OsString;
use std::iter;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
Usage: bursar-desktop [--home DIR] [--hidden] [LINK]

  --home DIR   keep all data in DIR (or set BURSAR_HOME)
  --hidden     start in the tray, without a window
  --version    say which version this is
  --help       say this";

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
    /// One line that says what is wrong.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
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
            Err(explain(&error))
        }
    }
}

/// One line: where the argument alone says what is wrong, clap's message would only be longer.
fn explain(error: &clap::Error) -> String {
    let kind = error.kind();
    if kind == ErrorKind::InvalidUtf8 {
        return "an argument is not UTF-8".to_owned();
    }
    // No other option takes a value.
    if kind == ErrorKind::InvalidValue {
        return "--home needs a folder".to_owned();
    }
    let unknown = if kind == ErrorKind::ValueValidation {
        error.get(ContextKind::InvalidValue)
    } else if kind == ErrorKind::UnknownArgument {
        error.get(ContextKind::InvalidArg)
    } else {
        None
    };
    if let Some(argument) = unknown {
        return format!("{:?} is not an option", argument.to_string());
    }
    let message = error.to_string();
    let line = message.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// A desktop entry replaces `%u` by nothing when there is no link.
fn link_or_nothing(text: &str) -> Result<Option<String>, &'static str> {
    match text {
        "" => Ok(None),
        link if is_link(link) => Ok(Some(link.to_owned())),
        _ => Err("not a link of Bursar"),
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
    use std::os::unix::ffi::OsStringExt as _;

    fn parse(given: &[&str]) -> Result<Invocation, String> {
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
                Err(format!("{wrong:?} is not an option"))
            );
        }
    }

    #[test]
    fn says_what_is_missing_or_unreadable() {
        assert_eq!(parse(&["--home"]), Err("--home needs a folder".to_owned()));
        let unreadable = OsString::from_vec(vec![0xFF]);
        assert_eq!(
            Invocation::parse([unreadable]),
            Err("an argument is not UTF-8".to_owned())
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
}
