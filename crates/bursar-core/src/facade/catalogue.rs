//! What the provider offers to pay with and to pay for, as last read, or read now if it never was.

use super::Bursar;
use super::payment_validation::minimum_amount;
use crate::driver::{Connection, blocking, verify_owner};
use bursar_domain::catalogue::{Catalogue, DuePayments, Method};
use bursar_domain::error::Result;
use bursar_domain::network::Limits;
use bursar_domain::view::MethodView;
use std::sync::Arc;

impl Bursar {
    /// What can be paid besides a top-up, as last read, or read now if it never was.
    pub(super) async fn stored_due_payments(&self, connection: &Connection) -> Result<DuePayments> {
        let (history, account) = (
            Arc::clone(&self.services.history),
            connection.account.id.clone(),
        );
        if let Some((dues, _)) = blocking(move || history.dues(&account)).await? {
            return Ok(dues);
        }
        verify_owner(&self.services, connection).await?;
        connection.provider.dues().await
    }

    /// Payers and methods as last read, or read now if they never were.
    pub(super) async fn catalogue(
        &self,
        connection: &Connection,
    ) -> Result<(Catalogue, bursar_domain::clock::Timestamp)> {
        let (history, account) = (
            Arc::clone(&self.services.history),
            connection.account.id.clone(),
        );
        match blocking(move || history.catalogue(&account)).await? {
            Some(kept) => Ok(kept),
            None => self.fetch_catalogue(connection).await,
        }
    }

    /// Reads payers and methods from the provider and stores them.
    pub(super) async fn fetch_catalogue(
        &self,
        connection: &Connection,
    ) -> Result<(Catalogue, bursar_domain::clock::Timestamp)> {
        verify_owner(&self.services, connection).await?;
        let catalogue = connection.provider.catalogue().await?;
        let (history, account) = (
            Arc::clone(&self.services.history),
            connection.account.id.clone(),
        );
        let (kept, now) = (catalogue.clone(), self.services.clock.now());
        let write_guard = Arc::clone(&connection.write_guard);
        blocking(move || write_guard.write(|| history.put_catalogue(&account, &kept, now))).await?;
        Ok((catalogue, now))
    }
}

/// The methods with the limits that apply to each.
pub(super) fn method_views(methods: &[Method], limits: &Limits) -> Vec<MethodView> {
    let view = |method: &Method| MethodView {
        min: minimum_amount(method, limits)
            .unwrap_or(&method.min)
            .clone(),
        ..method_view(method)
    };
    methods.iter().map(view).collect()
}

fn method_view(method: &Method) -> MethodView {
    MethodView {
        code: method.code.clone(),
        name: method.name.clone(),
        kind: method.kind,
        payers: method.payers.clone(),
        min: method.min.clone(),
        max: method.max.clone(),
        saved: method.saved.clone(),
        can_be_saved: method.can_be_saved,
        debits_at_once: method.debits_at_once,
    }
}
