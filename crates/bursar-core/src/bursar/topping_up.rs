//! Topping up: what the form offers, what an amount would cost, and the steps that the user can take. Every
//! limit is checked here before anything is sent; the provider has the last word all the same.

use super::{Bursar, currency_of, views};
use crate::account::AccountId;
use crate::checkout;
use crate::driver::{Connection, blocking};
use crate::engine::{Event, State, offline};
use crate::error::{Code, Error, Result};
use crate::link;
use crate::money::Amount;
use crate::network::check_host;
use crate::provider::{self, Method};
use crate::view::{Change, MethodView, Quote, TopUpForm, TopUpView};
use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

/// How long a top-up waits for the first reading of a new account.
const FIRST_READING: Duration = Duration::from_secs(10);

impl Bursar {
    /// What the top-up page needs to know.
    pub async fn top_up_form(&self, account: AccountId) -> Result<TopUpForm> {
        let connection = self.connection(&account)?;
        let methods = self.methods(&connection).await;
        let state = self.driver.state(&account);
        let network = &connection.account.network;
        let blocked = match &methods {
            _ if !connection.session.signed_in() => Some(Error::new(
                Code::SignedOut,
                "Sign in to this account first; topping up needs its key.",
            )),
            _ if state.as_deref().is_some_and(|state| !state.online) => Some(offline()),
            Err(error) => Some(error.clone()),
            Ok(methods) if methods.is_empty() => Some(Error::new(
                Code::MethodUnknown,
                "The provider offers no way to pay at the moment.",
            )),
            Ok(_) => None,
        };
        let room = self.room(&connection, state.as_deref()).await?;
        Ok(TopUpForm {
            currency: currency_of(&connection.account).to_string(),
            decimals: connection.provider.rules().amount_decimals,
            methods: methods
                .unwrap_or_default()
                .iter()
                .map(method_view)
                .collect(),
            presets: provider::facts(network).presets,
            room,
            balance_max: network.limits.balance_max.clone(),
            open: state.as_deref().and_then(|state| {
                let open = state.in_the_way()?;
                Some(views::top_up(
                    &connection,
                    open,
                    state.done_at(crate::engine::Poll::Follow),
                ))
            }),
            returns_by_link: network.return_links,
            blocked,
        })
    }

    /// What an amount, as typed, and a method would cost. Errors are in the quote, not of the call.
    pub async fn quote(
        &self,
        account: AccountId,
        amount: String,
        method: Option<String>,
    ) -> Result<Quote> {
        let connection = self.connection(&account)?;
        let mut quote = Quote {
            amount: None,
            fee: None,
            total: None,
            balance_after: None,
            error: None,
            warning: None,
        };
        if amount.trim().is_empty() {
            return Ok(quote);
        }
        if let Err(error) = self
            .fill(&mut quote, &connection, &amount, method.as_deref())
            .await
        {
            quote.error = Some(error);
        }
        Ok(quote)
    }

    async fn fill(
        &self,
        quote: &mut Quote,
        connection: &Connection,
        typed: &str,
        method: Option<&str>,
    ) -> Result<()> {
        let rules = connection.provider.rules();
        let amount = Amount::parse_typed(
            typed,
            rules.amount_decimals,
            currency_of(&connection.account),
        )?;
        quote.amount = Some(amount.clone());
        let methods = self.methods(connection).await?;
        let method = choose(&methods, method)?;
        if method.fee_paid_by_user {
            quote.fee = amount.fee_rounded_up(method.fee_bps, method.fee_fixed_cents);
        } else {
            quote.fee = Some(Amount::zero(amount.currency().clone()));
        }
        quote.total = quote.fee.as_ref().and_then(|fee| amount.checked_add(fee));
        check_limits(&amount, method)?;
        let state = self.driver.state(&connection.account.id);
        let base = self.counted_balance(connection, state.as_deref()).await?;
        quote.balance_after = base.as_ref().and_then(|base| base.checked_add(&amount));
        match self.room(connection, state.as_deref()).await? {
            Some(room) if amount.compare(&room) == Some(Ordering::Greater) => {
                return Err(over_the_cap(connection, &room));
            }
            None if connection.account.network.limits.balance_max.is_some() => {
                quote.warning = Some(
                    "The balance is not known at the moment, so whether this stays below the cap cannot be checked here. The provider checks it."
                        .to_owned(),
                );
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Starts a top-up: the intent is durable before any request. Returns as soon as it is.
    ///
    /// # Errors
    /// What the quote would say; `top_up_open` where one stands in the way; `storage_failed`.
    pub async fn start_top_up(
        &self,
        account: AccountId,
        amount: String,
        method: Option<String>,
    ) -> Result<TopUpView> {
        let connection = self.connection(&account)?;
        let quote = self.quote(account.clone(), amount, method.clone()).await?;
        if let Some(error) = quote.error {
            return Err(error);
        }
        let amount = quote.amount.ok_or_else(|| {
            Error::new(
                Code::AmountMalformed,
                "Type an amount in digits, such as 25 or 25.50.",
            )
        })?;
        let methods = self.methods(&connection).await?;
        let chosen = choose(&methods, method.as_deref())?.clone();
        let link = if connection.account.network.return_links {
            let state = link::new_state()?;
            let address = link::return_url(&state);
            Some((state, address))
        } else {
            None
        };
        let id = uuid::Uuid::new_v4().to_string();
        let told = self
            .driver
            .state(&account)
            .is_some_and(|state| state.setup.signed_in);
        if connection.session.signed_in() && !told {
            // The session was read a moment ago and the engine is about to hear of it.
            self.driver.event(&account, Event::SignedIn(true));
        }
        // An account that is new here is read first; that takes a moment, and the engine refuses until then.
        self.driver
            .until(&account, FIRST_READING, |state| {
                !state.recovering || !state.online
            })
            .await;
        let started = self
            .driver
            .command(&account, |command| Event::StartTopUp {
                command,
                id,
                amount,
                method: Some(chosen.code),
                method_provider: Some(chosen.provider),
                link,
            })
            .await?;
        self.top_up_view(&connection, started.as_deref().unwrap_or_default())
    }

    /// Opens the checkout of an open top-up again.
    pub async fn return_to_payment(&self, account: AccountId, top_up: String) -> Result<()> {
        // Refusals are told at once, by name; the engine opens what is left.
        self.allowed_checkout(&account, &top_up)?;
        self.driver
            .command(&account, |command| Event::ReturnToPayment {
                command,
                top_up,
            })
            .await
            .map(drop)
    }

    pub async fn check_now(&self, account: AccountId) -> Result<()> {
        self.driver
            .command(&account, |command| Event::CheckNow { command })
            .await
            .map(drop)
    }

    /// Where a top-up stands; one that ended is known for a day.
    ///
    /// # Errors
    /// `not_found`.
    pub fn top_up(&self, account: &AccountId, id: &str) -> Result<TopUpView> {
        self.top_up_view(&self.connection(account)?, id)
    }

    /// Asks the provider to cancel. Only its own word ends the top-up.
    pub async fn cancel_top_up(&self, account: AccountId, top_up: String) -> Result<()> {
        self.driver
            .command(&account, |command| Event::CancelTopUp { command, top_up })
            .await
            .map(drop)
    }

    /// Reads the whole history again.
    pub async fn refresh_all(&self, account: AccountId) -> Result<()> {
        self.driver
            .command(&account, |command| Event::RefreshAll { command })
            .await
            .map(drop)
    }

    /// The checkout's address for the clipboard.
    pub async fn checkout_link(&self, account: AccountId, top_up: String) -> Result<String> {
        Ok(self.allowed_checkout(&account, &top_up)?.to_string())
    }

    /// The checkout's address as a QR code: SVG text.
    pub async fn checkout_qr(&self, account: AccountId, top_up: String) -> Result<String> {
        checkout::qr_svg(&self.allowed_checkout(&account, &top_up)?)
    }

    /// Adds a checkout host to this account, on the user's own decision.
    pub async fn allow_checkout_host(&self, account: AccountId, host: String) -> Result<()> {
        check_host(&host)?;
        let mut changed = self.connection(&account)?.account;
        if !changed.added_checkout_hosts.contains(&host) {
            changed.added_checkout_hosts.push(host);
            self.keep_account(changed).await?;
        }
        self.world.shell.changed(&Change::Account { account });
        Ok(())
    }

    fn allowed_checkout(&self, account: &AccountId, top_up: &str) -> Result<url::Url> {
        let connection = self.connection(account)?;
        let raw = self
            .driver
            .state(account)
            .and_then(|state| {
                state
                    .top_ups
                    .get(top_up)
                    .and_then(|top_up| top_up.checkout.clone())
            })
            .ok_or_else(|| {
                Error::new(
                    Code::TopUpState,
                    "This top-up has no payment page at the moment.",
                )
            })?;
        connection.allow_checkout(&raw)
    }

    fn top_up_view(&self, connection: &Connection, id: &str) -> Result<TopUpView> {
        self.driver
            .state(&connection.account.id)
            .and_then(|state| {
                let top_up = state.top_ups.get(id)?;
                Some(views::top_up(
                    connection,
                    top_up,
                    state.done_at(crate::engine::Poll::Follow),
                ))
            })
            .ok_or_else(|| Error::new(Code::NotFound, "That top-up is no longer open."))
    }

    /// The methods as last read; asked for where they never were.
    async fn methods(&self, connection: &Connection) -> Result<Vec<Method>> {
        let (history, account) = (
            Arc::clone(&self.world.history),
            connection.account.id.clone(),
        );
        if let Some((methods, _)) = blocking(move || history.methods(&account)).await? {
            return Ok(methods);
        }
        let methods = connection.provider.methods().await?;
        let (history, account) = (
            Arc::clone(&self.world.history),
            connection.account.id.clone(),
        );
        let (kept, now) = (methods.clone(), self.world.clock.now());
        blocking(move || history.put_methods(&account, &kept, now)).await?;
        Ok(methods)
    }

    /// What counts towards the cap: the API's balance where it answers, else free, reserved and held of the
    /// chain together; unknown while neither does.
    async fn counted_balance(
        &self,
        connection: &Connection,
        state: Option<&State>,
    ) -> Result<Option<Amount>> {
        let history = Arc::clone(&self.world.history);
        let (account, state) = (connection.account.clone(), state.cloned());
        let known = blocking(move || views::known(&account, state.as_ref(), &history)).await?;
        if let Some((api, _)) = known.api.filter(|_| known.api_answers) {
            return Ok(Some(api.balance));
        }
        let reading = known.reading.filter(|_| known.chain_answers);
        Ok(reading.and_then(|reading| {
            reading
                .free
                .checked_add(&reading.reserved)?
                .checked_add(&reading.held)
        }))
    }

    /// How much can still be added below the cap, with what is open counted as if it had come.
    async fn room(&self, connection: &Connection, state: Option<&State>) -> Result<Option<Amount>> {
        let Some(cap) = connection.account.network.limits.balance_max.clone() else {
            return Ok(None);
        };
        let Some(base) = self.counted_balance(connection, state).await? else {
            return Ok(None);
        };
        let open = state
            .iter()
            .flat_map(|state| state.top_ups.values())
            .filter(|top_up| top_up.is_live())
            .try_fold(base, |sum, top_up| sum.checked_add(&top_up.amount));
        let room = open.and_then(|taken| cap.checked_sub(&taken));
        Ok(room.map(|room| {
            if room.is_negative() {
                Amount::zero(room.currency().clone())
            } else {
                room
            }
        }))
    }
}

fn choose<'a>(methods: &'a [Method], code: Option<&str>) -> Result<&'a Method> {
    let found = match code {
        Some(code) => methods.iter().find(|method| method.code == code),
        None => methods.first(),
    };
    found.ok_or_else(|| {
        Error::new(
            Code::MethodUnknown,
            "That way to pay is not offered at the moment.",
        )
    })
}

fn check_limits(amount: &Amount, method: &Method) -> Result<()> {
    if amount.is_zero() || amount.compare(&method.min) == Some(Ordering::Less) {
        return Err(Error::new(
            Code::AmountTooSmall,
            format!(
                "The least that {} takes is {}.",
                method.name,
                method.min.to_brief()
            ),
        ));
    }
    match &method.max {
        Some(max) if amount.compare(max) == Some(Ordering::Greater) => Err(Error::new(
            Code::AmountTooLarge,
            format!("The most that {} takes is {}.", method.name, max.to_brief()),
        )),
        Some(_) | None => Ok(()),
    }
}

fn over_the_cap(connection: &Connection, room: &Amount) -> Error {
    let cap = connection
        .account
        .network
        .limits
        .balance_max
        .as_ref()
        .map(Amount::to_brief)
        .unwrap_or_default();
    let message = if room.is_zero() {
        format!("The balance may be {cap} at most, and it is there already.")
    } else {
        format!(
            "The balance may be {cap} at most. You can add up to {} now.",
            room.to_brief()
        )
    };
    Error::new(Code::BalanceCap, message)
}

fn method_view(method: &Method) -> MethodView {
    MethodView {
        code: method.code.clone(),
        name: method.name.clone(),
        kind: method.kind,
        min: method.min.clone(),
        max: method.max.clone(),
    }
}
