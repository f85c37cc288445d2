//! A top-up from the terminal: the same machine as the app's, for one account, until the payment page is open
//! or, with `--wait`, until the end.

use crate::arguments::TopUpArguments;
use crate::options;
use crate::output::{complain, note, say};
use crate::terminal::Terminal;
use bursar_core::account::AccountId;
use bursar_core::bursar::Bursar;
use bursar_core::clock::{Clock, SystemClock};
use bursar_core::error::{Code, Error, Result};
use bursar_core::view::{PaymentStatus, TopUpView, Wish, WishFor};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

const ENDED_WITHOUT_MONEY: u8 = 3;
const STILL_OPEN: u8 = 4;
/// How long the payment page may take to be known; a lost answer takes two looks a minute apart.
const UNTIL_OPEN: Duration = Duration::from_secs(150);
/// How long the provider may take to say how an earlier top-up stands.
const UNTIL_CHECKED: Duration = Duration::from_secs(15);
/// How long the keyring may take.
const UNTIL_SIGNED_IN: Duration = Duration::from_secs(30);

pub(crate) async fn run(
    home: &Path,
    label: Option<&str>,
    wanted: TopUpArguments,
) -> Result<ExitCode> {
    let terminal = Arc::new(Terminal::new(wanted.no_open));
    let changes = terminal.changes();
    let bursar = Bursar::start(options(home.to_owned(), terminal)).await?;
    let ended = top_up(&bursar, label, wanted, changes).await;
    bursar.stop().await;
    ended
}

async fn top_up(
    bursar: &Arc<Bursar>,
    label: Option<&str>,
    wanted: TopUpArguments,
    mut changes: watch::Receiver<u64>,
) -> Result<ExitCode> {
    let account = choose(bursar, label).await?;
    until(&mut changes, UNTIL_SIGNED_IN, || {
        is_signed_in(bursar, &account)
    })
    .await;
    look_at_open(bursar, &account, &mut changes).await;
    let started = start(bursar, &account, &wanted).await?;
    note(&format!("top-up of {} started", started.amount.to_brief()));
    let known = until(&mut changes, UNTIL_OPEN, || async {
        bursar
            .top_up(&account, &started.id)
            .is_ok_and(|top_up| top_up.status != PaymentStatus::Starting)
    });
    known.await;
    let opened = bursar.top_up(&account, &started.id)?;
    if let Some(error) = &opened.error {
        complain(error);
    }
    if !wanted.wait {
        return Ok(match opened.status {
            PaymentStatus::NotStarted => ExitCode::FAILURE,
            PaymentStatus::Starting
            | PaymentStatus::Open
            | PaymentStatus::Confirming
            | PaymentStatus::UnderReview
            | PaymentStatus::Completed
            | PaymentStatus::Cancelled
            | PaymentStatus::Expired
            | PaymentStatus::Failed
            | PaymentStatus::Refunding
            | PaymentStatus::Refunded => ExitCode::SUCCESS,
        });
    }
    let at_most = wanted.at_most.map_or(Duration::MAX, Duration::from_secs);
    let ended = until(&mut changes, at_most, || async {
        bursar
            .top_up(&account, &started.id)
            .map_or(true, |top_up| !is_open(&top_up))
    });
    tokio::select! {
        _ = ended => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(tell(&bursar.top_up(&account, &started.id)?))
}

/// A method that takes the money at once wants a word of its own; one with a page is confirmed there.
async fn start(
    bursar: &Arc<Bursar>,
    account: &AccountId,
    wanted: &TopUpArguments,
) -> Result<TopUpView> {
    let attempt = bursar.top_up_form(account.clone()).await?.attempt;
    let wish = Wish {
        purpose: WishFor::TopUp {
            amount: wanted.amount.clone(),
        },
        payer: wanted.payer.clone(),
        method: wanted.method.clone(),
        save_method: false,
    };
    let quote = bursar.quote(account.clone(), wish.clone()).await?;
    if quote.error.is_none() && quote.needs_confirmation && !wanted.pay_now {
        return Err(Error::new(
            Code::NotConfirmed,
            format!(
                "This method takes {} at once. Say so with --pay-now, or choose another one with --method.",
                quote
                    .total
                    .map_or_else(|| wanted.amount.clone(), |total| total.to_brief())
            ),
        ));
    }
    // The method that was quoted, and no default that takes its place meanwhile.
    let wish = Wish {
        method: quote.method.or(wish.method),
        ..wish
    };
    bursar
        .pay(account.clone(), wish, attempt, quote.total)
        .await
}

async fn choose(bursar: &Arc<Bursar>, label: Option<&str>) -> Result<AccountId> {
    let (accounts, _, _) = bursar.app_view().await?;
    let mut fitting: Vec<_> = accounts
        .into_iter()
        .filter(|account| label.is_none_or(|label| account.label == label))
        .collect();
    match (fitting.pop(), fitting.is_empty()) {
        (Some(account), true) => Ok(account.id),
        (Some(_), false) => Err(Error::new(
            Code::Usage,
            "There are several accounts; say which one with --account LABEL.",
        )),
        (None, _) => Err(Error::new(Code::NotFound, "There is no such account.")),
    }
}

/// A top-up that was open when a terminal or the app last ran may have ended since, with nobody there to see it: the
/// provider is asked before it stands in the way of another one.
async fn look_at_open(
    bursar: &Arc<Bursar>,
    account: &AccountId,
    changes: &mut watch::Receiver<u64>,
) {
    let asked_at = SystemClock.now();
    let is_known = || async {
        bursar
            .overview(account.clone())
            .await
            .map_or(true, |overview| {
                overview
                    .top_ups
                    .iter()
                    .all(|top_up| top_up.checked_at.is_some_and(|at| at >= asked_at))
            })
    };
    if is_known().await || bursar.check_now(account.clone()).await.is_err() {
        return;
    }
    until(changes, UNTIL_CHECKED, is_known).await;
}

async fn is_signed_in(bursar: &Arc<Bursar>, account: &AccountId) -> bool {
    bursar
        .overview(account.clone())
        .await
        .is_ok_and(|overview| overview.account.signed_in)
}

/// Waits until the condition holds, looking again at each change; false when the time is over.
async fn until<F>(
    changes: &mut watch::Receiver<u64>,
    at_most: Duration,
    mut holds: impl FnMut() -> F,
) -> bool
where
    F: Future<Output = bool>,
{
    let end = Instant::now().checked_add(at_most);
    loop {
        if holds().await {
            return true;
        }
        let next = changes.changed();
        let changed = match end {
            Some(end) => tokio::time::timeout_at(end, next)
                .await
                .is_ok_and(|seen| seen.is_ok()),
            None => next.await.is_ok(),
        };
        if !changed {
            return holds().await;
        }
    }
}

fn is_open(top_up: &TopUpView) -> bool {
    match top_up.status {
        PaymentStatus::Starting
        | PaymentStatus::Open
        | PaymentStatus::Confirming
        | PaymentStatus::UnderReview => true,
        PaymentStatus::Completed
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::NotStarted
        | PaymentStatus::Refunding
        | PaymentStatus::Refunded => false,
    }
}

fn tell(top_up: &TopUpView) -> ExitCode {
    let amount = top_up.amount.to_brief();
    match top_up.status {
        PaymentStatus::Completed => {
            say(&format!("{amount} has arrived."));
            ExitCode::SUCCESS
        }
        PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::NotStarted
        | PaymentStatus::Refunding
        | PaymentStatus::Refunded => {
            if let Some(reason) = &top_up.reason {
                say(&reason.advice);
            }
            say(&format!(
                "The top-up of {amount} ended without money. Late money is still credited."
            ));
            ExitCode::from(ENDED_WITHOUT_MONEY)
        }
        PaymentStatus::Starting
        | PaymentStatus::Open
        | PaymentStatus::Confirming
        | PaymentStatus::UnderReview => {
            say(&format!("The top-up of {amount} is still open."));
            ExitCode::from(STILL_OPEN)
        }
    }
}
