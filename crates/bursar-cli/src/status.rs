//! Shows the balance, read live from chain and API at once.

use crate::output::{CommandResult, print_error, print_line};
use bursar_core::clock::{Clock, SystemClock};
use bursar_core::error::{Code, Error};
use bursar_core::http::Http;
use bursar_core::payment::PaymentKind;
use bursar_core::plural::about_days;
use bursar_core::view::Source;
use bursar_core::{Reader, Status};
use std::process::ExitCode;

pub(crate) async fn run(reader: &Reader, label: Option<&str>, json: bool) -> CommandResult {
    let http = Http::new()?;
    let now = SystemClock.now();
    let mut any_balance = false;
    for account in reader.select(label)? {
        let status = reader.status(account, label.is_some(), &http, now).await;
        any_balance |= status.balance.is_some();
        if json {
            let line = serde_json::to_string(&status)
                .map_err(|_| Error::new(Code::Internal, "The status could not be written."))?;
            print_line(&line)?;
        } else {
            show(&status)?;
        }
    }
    Ok(if any_balance {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn show(status: &Status) -> CommandResult<()> {
    let unknown = || "unknown".to_owned();
    print_line(&format!("{} on {}", status.account, status.network))?;
    let balance = status.balance.as_ref().map_or_else(unknown, |balance| {
        let source = match (balance.source, balance.block) {
            (Source::Chain, Some(block)) => format!("chain, block {block}"),
            (Source::Chain, None) => "chain".to_owned(),
            (Source::Api, _) => "API".to_owned(),
        };
        let age = status.as_of.map(|at| format!(", {at}")).unwrap_or_default();
        let stale = if status.stale { ", old" } else { "" };
        format!("{}  ({source}{age}{stale})", balance.amount.to_brief())
    });
    print_line(&format!("  balance    {balance}"))?;
    let brief = |amount: &Option<bursar_core::money::Amount>| {
        amount
            .as_ref()
            .map_or_else(unknown, |amount| amount.to_brief())
    };
    // Old figures of the chain stand beside a balance from the API.
    let old = status
        .chain_as_of
        .filter(|at| status.stale && status.as_of != Some(*at))
        .map(|at| format!("  (chain, {at}, old)"))
        .unwrap_or_default();
    print_line(&format!("  reserved   {}{old}", brief(&status.reserved)))?;
    print_line(&format!("  held       {}{old}", brief(&status.held)))?;
    if status.agrees == Some(false) {
        print_line(&format!(
            "  API        {}, which differs by more than a day's usage",
            brief(&status.api_balance)
        ))?;
    }
    if status.frozen == Some(true) {
        print_line("  frozen     the account is frozen by the provider")?;
    }
    if let Some(days) = status.days_left {
        print_line(&format!("  lasts      {}", about_days(days)))?;
    }
    if let Some(pending) = &status.pending {
        print_line(&format!(
            "  top-up     {} {}",
            pending.amount.to_brief(),
            state_of(pending.status)
        ))?;
    }
    for other in &status.other_payments {
        print_line(&format!(
            "  {:<10} {} {}",
            kind(other.kind),
            other.payment.amount.to_brief(),
            state_of(other.payment.status)
        ))?;
    }
    for error in &status.errors {
        print_error(error);
    }
    Ok(())
}

fn kind(kind: PaymentKind) -> &'static str {
    match kind {
        PaymentKind::TopUp => "top-up",
        PaymentKind::Credit => "credit",
        PaymentKind::Refund => "refund",
        PaymentKind::Renewal => "renewal",
        PaymentKind::Migration => "migration",
    }
}

/// The state of a payment that has not ended.
fn state_of(status: bursar_core::payment::Status) -> &'static str {
    use bursar_core::payment::Status;
    match status {
        Status::Open => "is open",
        Status::Confirming => "is being confirmed",
        Status::UnderReview => "is under review",
        Status::Refunding => "is on its way back to you",
        Status::Refunded => "was given back to you",
        Status::Completed => "has arrived",
        Status::Cancelled | Status::Expired | Status::Failed => "has ended without money",
    }
}
