//! Gives an account its connection: reads what is stored of it, repairs what a crash left between the two databases, and
//! hands both to the engine.

use super::{Bursar, backfill, lock};
use crate::driver::{Connection, blocking};
use bursar_chain::Chain;
use bursar_domain::account::{Account, AccountId};
use bursar_domain::error::Result;
use bursar_engine::top_up::LATE_PAYMENT_WINDOW;
use bursar_engine::{AccountConfig, State};
use bursar_provider as provider;
use bursar_provider::session::Session;
use bursar_store::{History, Store, fail_point};
use std::sync::Arc;

impl Bursar {
    /// Gives an account its connection and hands both to the engine.
    pub(super) async fn open_account(
        self: &Arc<Self>,
        account: Account,
        records_lost: bool,
    ) -> Result<Connection> {
        let session = Arc::new(Session::new(
            account.id.clone(),
            Arc::clone(&self.secret_store),
        ));
        self.open_with_session(account, session, records_lost).await
    }

    pub(super) async fn open_with_session(
        self: &Arc<Self>,
        account: Account,
        session: Arc<Session>,
        records_lost: bool,
    ) -> Result<Connection> {
        let connection = self.make_connection(account, session, None);
        fail_point::reach("recovery.account");
        let now = self.services.clock.now();
        let (store, id) = (
            Arc::clone(&self.services.store),
            connection.account.id.clone(),
        );
        let history = Arc::clone(&self.services.history);
        let verifiable = connection.chain.is_some();
        let (top_ups, alerts, sync, api, reading, backfill) = blocking(move || {
            let recent = store.top_ups(&id, now.minus(LATE_PAYMENT_WINDOW))?;
            // A payment with an unknown outcome is compared with those created near it, however long ago.
            let oldest = recent
                .iter()
                .map(|top_up| top_up.created_at)
                .min()
                .unwrap_or(now);
            let top_ups = store.top_ups(&id, oldest.min(now).minus(LATE_PAYMENT_WINDOW))?;
            for top_up in &top_ups {
                // A crash between the two databases leaves the history one step behind.
                history.put_top_up(&id, top_up)?;
            }
            repair_payment_rows(&store, &history, &id)?;
            history.set_verifiable(&id, verifiable)?;
            Ok((
                top_ups,
                store.alerts(&id)?,
                history.sync_state(&id)?,
                history.api_balance(&id)?,
                history.reading(&id)?,
                backfill::stored(&history, &id)?,
            ))
        })
        .await?;
        let setup = AccountConfig {
            rules: connection.provider.rules(),
            signed_in: connection.session.signed_in(),
            watched_address: connection.watched(),
            balance_from: connection.account.network.leading_balance(),
            debt_rules: provider::info(&connection.account.network).debt_rules,
        };
        let account = &connection.account;
        let mut state = State::new(
            account.id.clone(),
            account.connected_at,
            setup,
            top_ups,
            now,
        );
        state.alerts = alerts;
        state.notifies_alerts = self.pops_up;
        state.backfill = backfill;
        // A start shows the last known figures, just as a running app would.
        state.api_balance = api;
        state.chain_reading = reading.filter(|_| setup.watched_address.is_some());
        state.recovering = records_lost || sync.full_at.is_none();
        state.thresholds = self.thresholds(&connection);
        state.key_expiry = connection.account.key_expiry;
        state.presence = *lock(&self.presence);
        state.online = lock(&self.health).online;
        lock(&self.connections).insert(account.id.clone(), connection.clone());
        self.driver.add(state, connection.clone());
        fail_point::reach("recovery.going");
        Ok(connection)
    }

    pub(super) fn make_connection(
        &self,
        account: Account,
        session: Arc<Session>,
        custom_rpc: Option<url::Url>,
    ) -> Connection {
        let provider = provider::connect(&account.network, Arc::clone(&session), self.http.clone());
        let network = &account.network;
        let chain = network.chain.clone().map(|config| {
            let token_unit = network.token_unit();
            Arc::new(Chain::new(
                config,
                token_unit,
                custom_rpc.clone(),
                self.http.clone(),
            ))
        });
        Connection::new(account, provider, session, chain).with_custom_rpc(custom_rpc)
    }

    /// Uses a changed account or RPC from now on.
    pub(super) fn replace_connection(
        &self,
        account: Account,
        custom_rpc: Option<url::Url>,
    ) -> Connection {
        let session = lock(&self.connections)
            .get(&account.id)
            .map(|connection| Arc::clone(&connection.session))
            .unwrap_or_else(|| {
                Arc::new(Session::new(
                    account.id.clone(),
                    Arc::clone(&self.secret_store),
                ))
            });
        let connection = self.make_connection(account, session, custom_rpc);
        let connection = match self.connection(&connection.account.id) {
            Ok(before) => connection.after(&before),
            Err(_) => connection,
        };
        lock(&self.connections).insert(connection.account.id.clone(), connection.clone());
        self.driver.replace(connection.clone());
        connection
    }
}

/// Leaves one row for each of this machine's top-ups, whichever ids earlier versions stored it under.
fn repair_payment_rows(store: &Store, history: &History, account: &AccountId) -> Result<()> {
    for top_up in store.top_ups_with_changed_id(account)? {
        history.delete_former_rows(account, &top_up)?;
    }
    for id in history.top_ups_unknown_to_provider(account)? {
        match store.top_up(account, &id)? {
            Some(top_up) => history.put_top_up(account, &top_up)?,
            None => history.delete_rows_unknown_to_provider(account, &id)?,
        }
    }
    Ok(())
}
