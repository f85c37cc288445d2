//! The command line: four options, each with a default, and `--help`. Anything else is an error.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

/// The maximum number of old payments. More would take too long to create.
const MAX_HISTORY: usize = 200_000;

pub(crate) const HELP: &str = "\
bursar-sandbox [--home DIR] [--history N] [--block-time SECONDS] [--port-base PORT]

Starts a provider on this machine and prints one line of JSON when it is ready.
  --home DIR           where the network files go (default: a fresh temporary folder)
  --history N          old payments of the default users (default 24)
  --block-time S       seconds between empty blocks, 0 for none (default 1)
  --port-base P        ports P to P+14 (default: free ports)
BURSAR_ANVIL names the anvil binary. SIGTERM or Ctrl-C ends it.";

#[derive(Debug)]
pub(crate) enum Command {
    Run(Options),
    Help,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) home: Option<PathBuf>,
    pub(crate) history: usize,
    /// The interval between empty blocks. With zero, only transactions create blocks.
    pub(crate) block_time: Duration,
    pub(crate) port_base: Option<u16>,
}

pub(crate) fn parse(arguments: &[String]) -> Result<Command, Error> {
    let mut options = Options {
        home: None,
        history: 24,
        block_time: Duration::from_secs(1),
        port_base: None,
    };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        if name == "--help" || name == "-h" {
            return Ok(Command::Help);
        }
        let value = rest
            .next()
            .ok_or_else(|| Error::new(format!("{name} needs a value")))?;
        match name.as_str() {
            "--home" => options.home = Some(PathBuf::from(value)),
            "--history" => options.history = parse_number(name, value, MAX_HISTORY)?,
            "--block-time" => options.block_time = parse_seconds(name, value)?,
            "--port-base" => {
                let base = parse_number(name, value, usize::from(u16::MAX - 14))?;
                options.port_base = u16::try_from(base).ok();
            }
            unknown => {
                return Err(Error::new(format!("unknown option {unknown}; see --help")));
            }
        }
    }
    Ok(Command::Run(options))
}

fn parse_number(name: &str, value: &str, max: usize) -> Result<usize, Error> {
    value
        .parse()
        .ok()
        .filter(|parsed| *parsed <= max)
        .ok_or_else(|| Error::new(format!("{name} must be a number from 0 to {max}")))
}

fn parse_seconds(name: &str, value: &str) -> Result<Duration, Error> {
    value
        .parse::<f64>()
        .ok()
        .filter(|parsed| (0.0..=3600.0).contains(parsed))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| Error::new(format!("{name} must be a number of seconds from 0 to 3600")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn parses_every_option() {
        let Ok(Command::Run(options)) = parse(&split_words(
            "--home /x --history 7 --block-time 0.5 --port-base 4010",
        )) else {
            panic!("refused")
        };
        assert_eq!(options.home, Some(PathBuf::from("/x")));
        assert_eq!(options.history, 7);
        assert_eq!(options.block_time, Duration::from_millis(500));
        assert_eq!(options.port_base, Some(4010));
    }

    #[test]
    fn rejects_unknown_options_and_bad_values() {
        for wrong in [
            "--what 1",
            "--history",
            "--history many",
            "--block-time -1",
            "--port-base 65522",
        ] {
            assert!(parse(&split_words(wrong)).is_err(), "{wrong}");
        }
    }
}
