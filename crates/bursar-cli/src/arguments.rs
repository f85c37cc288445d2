//! The command line. What its help says is in `terminal-help.ftl` (`help.rs`), not in the comments here.

use bursar_core::export::Format;
use bursar_core::money::is_unsigned_decimal;
use clap::{ArgAction, Args, Parser, Subcommand};
use std::path::PathBuf;

/// Reads balances and history, and tops up, without the desktop app.
#[derive(Debug, Parser)]
#[command(
    name = "bursar",
    version,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true
)]
pub(crate) struct Arguments {
    /// Where all data is (default: BURSAR_HOME, else the desktop app's own folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Only the account of this label
    #[arg(long, global = true, value_name = "LABEL")]
    pub(crate) account: Option<String>,
    /// Handled by clap.
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Handled by clap.
    #[arg(long, short = 'V', action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect, list or remove accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// What is left, what is reserved, how long it lasts
    Status {
        /// One line of JSON an account
        #[arg(long, conflicts_with = "csv")]
        json: bool,
        /// Comma-separated values with a head line
        #[arg(long)]
        csv: bool,
    },
    /// The payments, newest first
    History(HistoryArguments),
    /// What was charged on each day
    Charges(ChargesArguments),
    /// Read what is missing of payments, charges and balances
    Sync,
    /// Start a top-up and open its payment page
    #[command(name = "top-up")]
    TopUp(TopUpArguments),
    /// The networks that an account can be connected to
    Networks,
    /// Help for a command
    Help {
        /// Its names, such as `account add`
        command: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Connect an account; the API key is read from standard input, or is BURSAR_API_KEY's, which is not kept
    Add(AddArguments),
    /// The connected accounts
    List,
    /// Remove an account with its key and its history
    Remove {
        /// The account's label
        label: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// The kind of provider
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(bursar_core::networks::provider_names()))]
    pub(crate) provider: String,
    /// A network's name, or a network file
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) network: String,
    /// The wallet address whose Balance is read
    #[arg(long, value_name = "0x…")]
    pub(crate) address: Option<String>,
    /// What to call the account
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// The day on which the API key expires (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub(crate) key_expires: Option<String>,
}

/// Output for programs instead of people
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("format").args(["json", "csv"]))]
pub(crate) struct SheetArguments {
    /// An array of objects
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Comma-separated values with a head line
    #[arg(long)]
    pub(crate) csv: bool,
    /// With --json or --csv: write to this file, which appears whole or not at all; `-` is standard output
    #[arg(long, value_name = "FILE", requires = "format")]
    pub(crate) output: Option<PathBuf>,
}

impl SheetArguments {
    pub(crate) fn format(&self) -> Option<Format> {
        match (self.json, self.csv) {
            (true, _) => Some(Format::Json),
            (false, true) => Some(Format::Csv),
            (false, false) => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    #[command(flatten)]
    pub(crate) sheet: SheetArguments,
    /// Part of an id, number, source, payer, amount or transaction
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// From this day on, in your time zone (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Up to this day, included, in your time zone (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Show only what is stored, without asking a server
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChargesArguments {
    /// What each line stands for
    #[arg(long, value_enum, default_value_t = ChargesBy::Day)]
    pub(crate) by: ChargesBy,
    #[command(flatten)]
    pub(crate) sheet: SheetArguments,
    /// From this day on; the provider's days are those of UTC (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Up to this day, included (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Show only what is stored, without asking a server
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum ChargesBy {
    Day,
    Resource,
}

#[derive(Debug, Args)]
pub(crate) struct TopUpArguments {
    /// The amount in digits, with a point before decimals: 25 or 25.50
    pub(crate) amount: String,
    /// The payment method's code (default: the default saved one, else the provider's first)
    #[arg(long, value_name = "CODE")]
    pub(crate) method: Option<String>,
    /// Who pays, by id, where there are several
    #[arg(long, value_name = "ID")]
    pub(crate) payer: Option<String>,
    /// Take the money from a saved method at once, without a payment page
    #[arg(long)]
    pub(crate) pay_now: bool,
    /// Print the payment page's address instead of opening it
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Follow the payment to its end. Exit status: 0 completed (without --wait also: the payment page is open), 3 ended without
    /// money, 4 still open or not known
    #[arg(long)]
    pub(crate) wait: bool,
    /// With --wait: end after this many seconds at most, whatever is waited for
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    pub(crate) at_most: Option<u64>,
}

/// Whether an amount has the one form in which it is typed in a terminal, in every language: scripts are written in it.
pub(crate) fn is_exact_amount(text: &str) -> bool {
    is_unsigned_decimal(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amount_has_one_form() {
        for text in ["25", "25.50", "0.5", "1234.567"] {
            assert!(is_exact_amount(text), "{text:?}");
        }
        for text in [
            "25,50", "1 234.50", "1'234", "٢٥", "25.", ".5", "", "-5", "1,234.50",
        ] {
            assert!(!is_exact_amount(text), "{text:?}");
        }
    }
}
