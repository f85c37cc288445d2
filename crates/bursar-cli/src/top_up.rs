//! A top-up from the terminal, for one account: until the payment page is open or, with `--wait`, until the end.
//! `--at-most` limits all of it.

use crate::arguments::{TopUpArguments, is_exact_amount};
use crate::fetch::no_account;
use crate::output::{CommandResult, Failure, note, print_error, print_failure, print_line};
use crate::terminal::Terminal;
use crate::texts::texts;
use crate::{env_keys, options};
use bursar_core::Bursar;
use bursar_core::account::AccountId;
use bursar_core::clock::{Clock, SystemClock};
use bursar_core::engine::Presence;
use bursar_core::error::Code;
use bursar_core::payment::PaymentStatus;
use bursar_core::view::{PaymentRequest, RequestedPurpose, TopUpView};
use bursar_l10n::{Value, text};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

const ENDED_WITHOUT_MONEY: u8 = 3;
const STILL_OPEN: u8 = 4;
/// How long the provider may take to return the payment page. Settling a lost answer takes two checks a minute apart.
const CHECKOUT_TIMEOUT: Duration = Duration::from_secs(150);
/// How long the page may take to open, or its address to be printed, once it is known.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a payment without a page may take to be decided without `--wait`.
const OUTCOME_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the provider may take to report the state of an earlier top-up.
const CHECK_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the keyring may take.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the engine may take to stop once the time is up; what it knows is on disk by then.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// When everything must be over; `None` for no limit.
type Deadline = Option<Instant>;

pub(crate) async fn run(home: &Path, label: Option<&str>, wanted: TopUpArguments) -> CommandResult {
    if !is_exact_amount(&wanted.amount) {
        return Err(Failure::Words {
            code: Code::AmountMalformed,
            words: text!(texts(), terminal_amount_form, text = &wanted.amount),
        });
    }
    let limit = wanted.at_most.map(Duration::from_secs);
    // A limit beyond the end of time is no limit.
    let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    let terminal = Arc::new(Terminal::new(wanted.no_open));
    let starting = Bursar::start(options(home.to_owned(), Arc::clone(&terminal) as _)?);
    let bursar = before_deadline(deadline, starting)
        .await
        .ok_or_else(too_late)??;
    let ended = top_up(&bursar, &terminal, label, wanted, deadline).await;
    match ended {
        Ok(Outcome::Known(top_up)) => {
            stop(&bursar, deadline).await;
            report_outcome(&top_up, terminal.has_opened())
        }
        Ok(Outcome::TimeIsUp { account, top_up_id }) => {
            // Nothing is sent once the engine has stopped; it knows what it had begun before.
            stop(&bursar, deadline).await;
            match bursar.top_up(&account, &top_up_id) {
                Ok(top_up) => report_outcome(&top_up, terminal.has_opened()),
                Err(_) => Err(too_late()),
            }
        }
        Err(failure) => {
            stop(&bursar, deadline).await;
            Err(failure)
        }
    }
}

/// How the command ended.
enum Outcome {
    Known(TopUpView),
    /// The time ran out while the payment was being started.
    TimeIsUp {
        account: AccountId,
        top_up_id: String,
    },
}

async fn stop(bursar: &Arc<Bursar>, deadline: Deadline) {
    if deadline.is_none() {
        bursar.stop().await;
        return;
    }
    let _ = timeout(STOP_TIMEOUT, bursar.stop()).await;
}

async fn top_up(
    bursar: &Arc<Bursar>,
    terminal: &Terminal,
    label: Option<&str>,
    wanted: TopUpArguments,
    deadline: Deadline,
) -> CommandResult<Outcome> {
    let mut changes = terminal.changes();
    // Somebody is watching, so the provider is asked as often as with a window.
    bursar.set_presence(Presence::Open);
    let account = before_deadline(deadline, select_account(bursar, label))
        .await
        .ok_or_else(too_late)??;
    if label.is_some()
        && let Some(key) = env_keys()?.for_account(label, true)
    {
        // A key without a label is meant for one account: the only one, or the named one.
        bursar.use_api_key(&account, key).await?;
    }
    let keyring = earlier_of(deadline, KEYRING_TIMEOUT);
    wait_until(&mut changes, keyring, || {
        keyring_has_answered(bursar, &account)
    })
    .await;
    before_deadline(deadline, check_open_top_ups(bursar, &account, &mut changes)).await;
    let form = bursar.top_up_form(account.clone());
    let top_up_id = before_deadline(deadline, form)
        .await
        .ok_or_else(too_late)??
        .top_up_id;
    let starting = start(bursar, &account, &wanted, top_up_id.clone());
    let Some(started) = before_deadline(deadline, starting).await else {
        return Ok(Outcome::TimeIsUp { account, top_up_id });
    };
    let (started, debits_at_once) = started?;
    note(&text!(
        texts(),
        terminal_top_up_started,
        amount = &started.amount
    ));
    let status = || {
        bursar
            .top_up(&account, &started.id)
            .map(|top_up| top_up.status)
    };
    wait_until(
        &mut changes,
        earlier_of(deadline, CHECKOUT_TIMEOUT),
        || async { status().is_ok_and(|status| status != PaymentStatus::Starting) },
    )
    .await;
    wait_until(&mut changes, earlier_of(deadline, OPEN_TIMEOUT), || async {
        bursar
            .top_up(&account, &started.id)
            .map_or(true, |top_up| is_handed_out(&top_up, terminal))
    })
    .await;
    let opened = bursar.top_up(&account, &started.id)?;
    if let Some(error) = &opened.error {
        print_error(error);
    }
    if !wanted.wait {
        if debits_at_once {
            // There is no page that would show the outcome, which is usually known within seconds.
            wait_until(
                &mut changes,
                earlier_of(deadline, OUTCOME_TIMEOUT),
                || async { status().map_or(true, |status| !is_open(status)) },
            )
            .await;
        }
        return Ok(Outcome::Known(bursar.top_up(&account, &started.id)?));
    }
    terminal.forget_opened();
    let ended = wait_until(&mut changes, deadline, || async {
        status().map_or(true, |status| !is_open(status))
    });
    tokio::select! {
        _ = ended => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(Outcome::Known(bursar.top_up(&account, &started.id)?))
}

/// The future's result, unless the time is up first.
async fn before_deadline<T>(deadline: Deadline, future: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

/// The end of a wait, but no later than the overall deadline.
fn earlier_of(deadline: Deadline, wait: Duration) -> Deadline {
    let own = Instant::now().checked_add(wait);
    match (deadline, own) {
        (Some(deadline), Some(own)) => Some(deadline.min(own)),
        (deadline, own) => deadline.or(own),
    }
}

fn too_late() -> Failure {
    Failure::Words {
        code: Code::Timeout,
        words: text!(texts(), terminal_time_up),
    }
}

/// Whether nothing more will happen about opening the payment page.
fn is_handed_out(top_up: &TopUpView, terminal: &Terminal) -> bool {
    let has_page = top_up.status == PaymentStatus::Open && top_up.can_open;
    !has_page || top_up.error.is_some() || terminal.has_opened()
}

/// Starts the payment. A method that takes the money at once needs explicit consent; one with a page is confirmed
/// there. Returns the payment, and whether its method takes the money at once.
async fn start(
    bursar: &Arc<Bursar>,
    account: &AccountId,
    wanted: &TopUpArguments,
    top_up_id: String,
) -> CommandResult<(TopUpView, bool)> {
    let request = PaymentRequest {
        purpose: RequestedPurpose::TopUp {
            amount: wanted.amount.clone(),
        },
        payer: wanted.payer.clone(),
        method: wanted.method.clone(),
        save_method: false,
    };
    let quote = bursar.quote(account.clone(), request.clone()).await?;
    if quote.error.is_none() && quote.needs_confirmation && !wanted.pay_now {
        let amount: Value<'_> = match quote.total {
            Some(total) => total.into(),
            None => (&wanted.amount).into(),
        };
        return Err(Failure::Words {
            code: Code::NotConfirmed,
            words: text!(texts(), terminal_needs_pay_now, amount = amount),
        });
    }
    // Use the quoted method, not a default that takes its place meanwhile.
    let request = PaymentRequest {
        method: quote.method.or(request.method),
        ..request
    };
    let started = bursar
        .pay(account.clone(), request, top_up_id, quote.total)
        .await?;
    Ok((started, quote.needs_confirmation))
}

async fn select_account(bursar: &Arc<Bursar>, label: Option<&str>) -> CommandResult<AccountId> {
    let accounts = bursar.accounts().await?;
    let mut fitting: Vec<_> = accounts
        .into_iter()
        .filter(|account| label.is_none_or(|label| account.label == label))
        .collect();
    match (fitting.pop(), fitting.is_empty()) {
        (Some(account), true) => Ok(account.id),
        (Some(_), false) => Err(Failure::usage(text!(texts(), terminal_several_accounts))),
        (None, _) => Err(no_account(label)),
    }
}

/// Asks the provider about open top-ups before one of them blocks another: it may have ended since a terminal or the
/// app last ran.
async fn check_open_top_ups(
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
    wait_until(changes, earlier_of(None, CHECK_TIMEOUT), is_known).await;
}

/// Whether it is known if there is a key.
async fn keyring_has_answered(bursar: &Arc<Bursar>, account: &AccountId) -> bool {
    bursar
        .overview(account.clone())
        .await
        .is_ok_and(|overview| !overview.account.waits_for_keyring)
}

/// Waits until the condition holds and checks it at each change; false if the time is up.
async fn wait_until<F>(
    changes: &mut watch::Receiver<u64>,
    deadline: Deadline,
    mut holds: impl FnMut() -> F,
) -> bool
where
    F: Future<Output = bool>,
{
    loop {
        match before_deadline(deadline, holds()).await {
            Some(true) => return true,
            Some(false) => {}
            None => return false,
        }
        let changed = before_deadline(deadline, changes.changed()).await;
        if changed.is_none_or(|seen| seen.is_err()) {
            return before_deadline(deadline, holds()).await == Some(true);
        }
    }
}

fn is_open(status: PaymentStatus) -> bool {
    match status {
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

/// Prints the state. The exit status reports it to programs, so it takes precedence over output that cannot be written.
fn report_outcome(top_up: &TopUpView, has_opened: bool) -> CommandResult {
    let (outcome, code) = match top_up.status {
        PaymentStatus::Completed => ("completed", 0),
        PaymentStatus::Open if has_opened => return Ok(ExitCode::SUCCESS),
        PaymentStatus::Cancelled | PaymentStatus::Expired | PaymentStatus::Failed => {
            ("ended", ENDED_WITHOUT_MONEY)
        }
        PaymentStatus::NotStarted => ("not_started", ENDED_WITHOUT_MONEY),
        PaymentStatus::Refunding | PaymentStatus::Refunded => ("refunded", ENDED_WITHOUT_MONEY),
        PaymentStatus::Starting => ("starting", STILL_OPEN),
        PaymentStatus::Open | PaymentStatus::Confirming | PaymentStatus::UnderReview => {
            ("open", STILL_OPEN)
        }
    };
    if let Some(reason) = top_up.reason.as_ref().filter(|_| !is_open(top_up.status)) {
        tolerate_write_error(print_line(&texts().failure_reason(reason)), code)?;
    }
    let words = text!(
        texts(),
        terminal_outcome,
        amount = &top_up.amount,
        outcome = outcome
    );
    tolerate_write_error(print_line(&words), code)?;
    Ok(ExitCode::from(code))
}

/// Output that cannot be written changes the exit status only of a success.
fn tolerate_write_error(result: CommandResult<()>, code: u8) -> CommandResult<()> {
    match result {
        Err(Failure::ReaderGone) => Ok(()),
        Err(failure) if code != 0 => {
            print_failure(&failure);
            Ok(())
        }
        result => result,
    }
}
