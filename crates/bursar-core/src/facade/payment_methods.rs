//! Saved payment methods: listing, adding one on the provider's page, removing one, choosing the default. After each
//! change Bursar shows what the provider then reports.

use super::catalogue::method_views;
use super::{Bursar, views};
use crate::driver::{Connection, blocking};
use bursar_domain::account::AccountId;
use bursar_domain::catalogue::{Catalogue, NewMethod};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_domain::link;
use bursar_domain::view::{Change, DuePaymentsView, MethodsView};
use bursar_engine::{Event, PollTarget};
use std::sync::Arc;

impl Bursar {
    /// Payers and methods as last read, or read now if they never were.
    pub async fn methods(&self, account: AccountId) -> Result<MethodsView> {
        let connection = self.connection(&account)?;
        match self.catalogue(&connection).await {
            Ok((catalogue, at)) => Ok(self.methods_view(&connection, &catalogue, at)),
            Err(error) => Ok(MethodsView {
                payers: Vec::new(),
                methods: Vec::new(),
                as_of: None,
                error: Some(error),
            }),
        }
    }

    /// Opens the provider's page for adding a method. The method exists once the provider lists it.
    ///
    /// # Errors
    /// `not_offered`, `method_unknown`, `host_not_allowed` naming the page's host, `browser_failed`.
    pub async fn add_method(
        &self,
        account: AccountId,
        payer: Option<String>,
        method: String,
    ) -> Result<()> {
        let connection = self.connection(&account)?;
        let link_state = if connection.account.network.return_links {
            Some(link::new_state()?)
        } else {
            None
        };
        let (catalogue, _) = self.catalogue(&connection).await?;
        let known = catalogue.methods.iter().find(|known| known.code == method);
        let payment_provider = known.map(|known| known.provider.clone());
        let payer = payer.or_else(|| known.and_then(|known| known.payers.first().cloned()));
        let new = NewMethod {
            payer,
            method,
            return_url: link_state.as_deref().map(link::return_url),
        };
        let page = connection.provider.add_method(&new).await?;
        let page = connection.allow_checkout(&page, payment_provider.as_deref())?;
        self.driver
            .send_event(&account, Event::MethodExpected { link_state });
        self.services.shell.open_url(&page)
    }

    /// Removes a saved method at the provider.
    pub async fn remove_method(&self, account: AccountId, method: String) -> Result<MethodsView> {
        let connection = self.connection(&account)?;
        let removed = connection.provider.remove_method(&method).await;
        self.reload_methods(&connection, removed).await
    }

    /// Makes a saved method the first one that is offered.
    pub async fn set_default_method(
        &self,
        account: AccountId,
        method: String,
    ) -> Result<MethodsView> {
        let connection = self.connection(&account)?;
        let changed = connection.provider.set_default_method(&method).await;
        self.reload_methods(&connection, changed).await
    }

    /// What can be paid besides a top-up, as last read.
    pub async fn due_payments(&self, account: AccountId) -> Result<DuePaymentsView> {
        let connection = self.connection(&account)?;
        let (history, of) = (Arc::clone(&self.services.history), account.clone());
        let kept = blocking(move || history.dues(&of)).await?;
        let state = self.driver.state(&account);
        let error = state.as_deref().and_then(|state| {
            let (error, _) = state.errors.get(&PollTarget::DuePayments)?;
            Some(error.clone())
        });
        let capabilities = connection.provider.rules().capabilities;
        let error = error.filter(|_| capabilities.renewals || capabilities.migrations);
        let (dues, as_of) = match kept {
            Some((dues, at)) => (dues, Some(at)),
            None => Default::default(),
        };
        Ok(DuePaymentsView {
            services: dues.services,
            migrations: dues.migrations,
            under_way: state.map_or_else(Vec::new, |state| {
                views::due_payments_in_progress(&connection, &state)
            }),
            as_of,
            error,
        })
    }

    /// Reads the methods again, after a refusal too: the method may have been removed elsewhere.
    async fn reload_methods(
        &self,
        connection: &Connection,
        done: Result<()>,
    ) -> Result<MethodsView> {
        let account = connection.account.id.clone();
        let read = self.fetch_catalogue(connection).await;
        self.driver.send_event(&account, Event::MethodsChanged);
        self.services.shell.changed(&Change::Account {
            account: account.clone(),
        });
        done?;
        match read {
            Ok((catalogue, at)) => Ok(self.methods_view(connection, &catalogue, at)),
            Err(error) => Ok(MethodsView {
                error: Some(error),
                ..self.methods(account).await?
            }),
        }
    }

    fn methods_view(
        &self,
        connection: &Connection,
        catalogue: &Catalogue,
        at: Timestamp,
    ) -> MethodsView {
        let error = self.driver.state(&connection.account.id).and_then(|state| {
            state
                .errors
                .get(&PollTarget::Catalogue)
                .map(|(error, _)| error.clone())
        });
        MethodsView {
            payers: catalogue.payers.clone(),
            methods: method_views(&catalogue.methods, &connection.account.network.limits),
            as_of: Some(at),
            error,
        }
    }
}
