//! What the program was started with. The same reading serves this start and a second one that hands its
//! arguments over, so a link is found wherever it stands. Wrong use is said in one line and changes nothing.

use crate::home::SCHEME;
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
Usage: bursar-desktop [--home DIR] [--hidden] [LINK]

  --home DIR   keep all data in DIR (or set BURSAR_HOME)
  --hidden     start in the tray, without a window
  --version    say which version this is
  --help       say this";

/// What to do.
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
    /// A deep link as it came, unchecked.
    pub(crate) link: Option<String>,
}

impl Invocation {
    /// Reads the arguments after the program's own name.
    ///
    /// # Errors
    /// One line that says what is wrong.
    pub(crate) fn parse(given: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = Arguments::default();
        let mut given = given.into_iter();
        while let Some(one) = given.next() {
            let Some(text) = one.to_str() else {
                return Err("an argument is not UTF-8".to_owned());
            };
            match text {
                "--help" | "-h" => return Ok(Self::Help),
                "--version" | "-V" => return Ok(Self::Version),
                "--hidden" => arguments.hidden = true,
                "--home" => {
                    let Some(home) = given.next() else {
                        return Err("--home needs a folder".to_owned());
                    };
                    arguments.home = Some(home.into());
                }
                link if is_link(link) => arguments.link = Some(text.to_owned()),
                // A desktop entry's %u is nothing when there is no link.
                "" => {}
                other => match other.strip_prefix("--home=") {
                    Some(home) => arguments.home = Some(home.into()),
                    None => return Err(format!("{other:?} is not an option")),
                },
            }
        }
        Ok(Self::Run(arguments))
    }
}

/// Whether this may be a link of ours; whether it is a good one is for the core to say.
fn is_link(text: &str) -> bool {
    text.get(..SCHEME.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(SCHEME))
        && text.as_bytes().get(SCHEME.len()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

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
