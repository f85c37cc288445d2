//! The list of payments, page by page, and one payment with its details.

use super::{Bursar, lock};
use crate::driver::blocking;
use bursar_domain::account::AccountId;
use bursar_domain::error::{Code, Error, PaymentDetail, Result};
use bursar_domain::view::{MonthView, PaymentPage, PaymentQuery, PaymentView};
use bursar_provider as provider;
use std::sync::Arc;

/// The most rows that one page of the history may have.
const PAGE_LIMIT: u32 = 500;

impl Bursar {
    pub async fn payments(
        &self,
        query: PaymentQuery,
        after: Option<String>,
        limit: u32,
    ) -> Result<PaymentPage> {
        let history = Arc::clone(&self.services.history);
        let limit = limit.clamp(1, PAGE_LIMIT);
        let mut page = blocking(move || history.payments(&query, after.as_deref(), limit)).await?;
        self.add_provider_facts(&mut page.payments);
        Ok(page)
    }

    /// The page that begins at that row of the whole list, counted from zero.
    pub async fn payments_from(
        &self,
        query: PaymentQuery,
        row: u32,
        limit: u32,
    ) -> Result<PaymentPage> {
        let history = Arc::clone(&self.services.history);
        let limit = limit.clamp(1, PAGE_LIMIT);
        let mut page = blocking(move || history.payments_from(&query, row, limit)).await?;
        self.add_provider_facts(&mut page.payments);
        Ok(page)
    }

    /// The months of the list, newest first.
    pub async fn payment_months(&self, query: PaymentQuery) -> Result<Vec<MonthView>> {
        let history = Arc::clone(&self.services.history);
        blocking(move || history.months(&query)).await
    }

    pub async fn payment(&self, account: AccountId, id: String) -> Result<PaymentView> {
        let history = Arc::clone(&self.services.history);
        let mut payment = blocking(move || {
            history
                .payment(&account, &id)?
                .ok_or_else(|| Error::new(Code::NotFound, PaymentDetail::PaymentNotInHistory))
        })
        .await?;
        self.add_provider_facts(std::slice::from_mut(&mut payment));
        Ok(payment)
    }

    /// Adds what the provider's module knows of the sources, which the history stores as the providers call them.
    fn add_provider_facts(&self, payments: &mut [PaymentView]) {
        let connections = lock(&self.connections);
        for payment in payments {
            let connection = connections.get(&payment.account);
            payment.late_money = connection.map(|connection| {
                let source = payment.source.as_deref();
                provider::page_facts(&connection.account.network, source).late_money
            });
            let source = payment.source.as_deref();
            let Some((connection, source)) = connection.zip(source) else {
                continue;
            };
            let network = &connection.account.network;
            payment.source_title = provider::source_title(network, source).map(str::to_owned);
            payment.other_source = provider::other_source(network, source);
        }
    }
}
