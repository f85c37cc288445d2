//! Shows the balance, read live from chain and API at once.

use crate::output::{CommandResult, Stdout, output_failed, print_error, print_line};
use crate::texts::texts;
use bursar_core::api_balance::EntitlementKind;
use bursar_core::clock::{Clock, SystemClock, Timestamp};
use bursar_core::error::InternalDetail;
use bursar_core::error::{Code, Error};
use bursar_core::export::{Format, write_table};
use bursar_core::http::Http;
use bursar_core::money::Amount;
use bursar_core::payment::{PaymentKind, Status as PaidStatus};
use bursar_core::view::Source;
use bursar_core::{Reader, Status, StatusEntitlement};
use bursar_l10n::{Language, Medium, Texts, text};
use serde::Serialize;
use std::io::BufWriter;
use std::process::ExitCode;

/// How to write the balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Words,
    /// One line an account, with its errors.
    Json,
    /// One table of all accounts.
    Csv,
}

impl Form {
    pub(crate) fn of(json: bool, csv: bool) -> Self {
        match (json, csv) {
            (true, _) => Self::Json,
            (false, true) => Self::Csv,
            (false, false) => Self::Words,
        }
    }
}

pub(crate) async fn run(reader: &Reader, label: Option<&str>, form: Form) -> CommandResult {
    let http = Http::new()?;
    let now = SystemClock.now();
    // Programs read it: its words are English in every language.
    let english = Texts::new(Language::English, Medium::Terminal);
    let mut table = Vec::new();
    let mut any_balance = false;
    for account in reader.select(label)? {
        let status = reader.status(account, label.is_some(), &http, now).await;
        any_balance |= status.balance.is_some();
        match form {
            Form::Json => {
                let line = serde_json::to_string(&Line::new(&status, &english)).map_err(|_| {
                    Error::new(
                        Code::Internal,
                        InternalDetail::StepFailed {
                            step: "writing the status as JSON".to_owned(),
                        },
                    )
                })?;
                print_line(&line)?;
            }
            Form::Csv => table.push(status),
            Form::Words => show(&status)?,
        }
    }
    if form == Form::Csv {
        let out = Stdout::default();
        write_table(&table, Format::Csv, BufWriter::new(out.clone()))
            .map_err(|error| out.failure(output_failed(&error)))?;
        for error in table.iter().flat_map(|status| &status.errors) {
            print_error(error);
        }
    }
    Ok(if any_balance {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A status with its errors, as one line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    status: &'a Status,
    errors: Vec<LineError>,
}

#[derive(Serialize)]
struct LineError {
    code: Code,
    message: String,
    retryable: bool,
}

impl<'a> Line<'a> {
    fn new(status: &'a Status, texts: &Texts) -> Self {
        let errors = status.errors.iter().map(|error| LineError {
            code: error.code,
            message: texts.detail(&error.detail),
            retryable: error.retryable,
        });
        Self {
            status,
            errors: errors.collect(),
        }
    }
}

fn show(status: &Status) -> CommandResult<()> {
    let texts = texts();
    print_line(&text!(
        texts,
        terminal_account_on_network,
        account = &status.account,
        network = &status.network
    ))?;
    let amount = |amount: &Option<Amount>| {
        amount.as_ref().map_or_else(
            || text!(texts, terminal_unknown),
            |amount| texts.amount(amount),
        )
    };
    let balance = status.balance.as_ref().map_or_else(
        || text!(texts, terminal_unknown),
        |balance| {
            let source = source(balance.source, balance.block);
            let origin = origin(source, status.as_of, status.stale);
            format!("{}  {origin}", texts.amount(&balance.amount))
        },
    );
    print_row(&text!(texts, terminal_row_balance), &balance)?;
    if let Some(owed) = &status.owed {
        print_row(&text!(texts, terminal_row_owed), &texts.amount(owed))?;
    }
    for entitlement in &status.entitlements {
        print_entitlement(entitlement)?;
    }
    // Old figures of the chain stand beside a balance from the API.
    let old = status
        .chain_as_of
        .filter(|at| status.stale && status.as_of != Some(*at))
        .map(|at| {
            let chain = text!(texts, terminal_source_chain);
            format!("  {}", origin(chain, Some(at), true))
        })
        .unwrap_or_default();
    if status.has_chain {
        for (name, figure) in [
            (text!(texts, terminal_row_reserved), &status.reserved),
            (text!(texts, terminal_row_held), &status.held),
        ] {
            print_row(&name, &format!("{}{old}", amount(figure)))?;
        }
    }
    if status.agrees == Some(false) {
        let differs = text!(
            texts,
            terminal_api_differs,
            amount = amount(&status.api_balance)
        );
        print_row(&text!(texts, terminal_row_api), &differs)?;
    }
    if status.frozen == Some(true) {
        let frozen = text!(texts, terminal_frozen_by_provider);
        print_row(&text!(texts, terminal_row_frozen), &frozen)?;
    }
    if let Some(days) = status.days_left {
        let left = text!(texts, terminal_days_left, days = days);
        print_row(&text!(texts, terminal_row_lasts), &left)?;
    }
    if let Some(pending) = &status.pending {
        print_payment(PaymentKind::TopUp, &pending.amount, pending.status)?;
    }
    for other in &status.other_payments {
        print_payment(other.kind, &other.payment.amount, other.payment.status)?;
    }
    for error in &status.errors {
        print_error(error);
    }
    Ok(())
}

/// Money beside the balance: promo credits by that word, anything else by the provider's name for it.
fn print_entitlement(entitlement: &StatusEntitlement) -> CommandResult<()> {
    let texts = texts();
    let (name, amount) = match entitlement.kind {
        EntitlementKind::PromoCredits => (
            text!(texts, terminal_row_promo),
            text!(texts, terminal_promo_credits, amount = &entitlement.amount),
        ),
        EntitlementKind::Other => (entitlement.name.clone(), texts.amount(&entitlement.amount)),
    };
    let expires = entitlement
        .expires_at
        .map(|at| format!(" {}", text!(texts, terminal_expires, at = at.to_string())))
        .unwrap_or_default();
    print_row(&name, &format!("{amount}{expires}"))
}

fn print_row(name: &str, value: &str) -> CommandResult<()> {
    print_line(&format!("  {name:<10} {value}"))
}

fn source(source: Source, block: Option<u64>) -> String {
    match (source, block) {
        (Source::Chain, Some(block)) => {
            // Block numbers are copied into explorers, so they have no separators.
            let block = block.to_string();
            text!(texts(), terminal_source_chain_block, block = block)
        }
        (Source::Chain, None) => text!(texts(), terminal_source_chain),
        (Source::Api, _) => text!(texts(), terminal_source_api),
    }
}

/// Where a figure is from, when it was read, and whether it is old: `(chain, 2026-01-31T12:00:00Z, old)`.
fn origin(source: String, read_at: Option<Timestamp>, old: bool) -> String {
    let read_at = read_at.map(|at| at.to_string());
    let old = old.then(|| text!(texts(), terminal_source_old));
    let parts: Vec<String> = [Some(source), read_at, old].into_iter().flatten().collect();
    format!("({})", parts.join(", "))
}

/// A payment that has not ended, or whose end is not in the history yet.
fn print_payment(kind: PaymentKind, amount: &Amount, status: PaidStatus) -> CommandResult<()> {
    let kind = match kind {
        PaymentKind::TopUp => "top_up",
        PaymentKind::Credit => "credit",
        PaymentKind::Refund => "refund",
        PaymentKind::Renewal => "renewal",
        PaymentKind::Migration => "migration",
    };
    let status = match status {
        PaidStatus::Open => "open",
        PaidStatus::Confirming => "confirming",
        PaidStatus::UnderReview => "under_review",
        PaidStatus::Refunding => "refunding",
        PaidStatus::Refunded => "refunded",
        PaidStatus::Completed => "completed",
        PaidStatus::Cancelled => "cancelled",
        PaidStatus::Expired => "expired",
        PaidStatus::Failed => "failed",
    };
    print_row(
        &text!(texts(), terminal_row_payment, kind = kind),
        &text!(
            texts(),
            terminal_payment_state,
            amount = amount,
            status = status
        ),
    )
}
