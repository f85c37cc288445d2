//! Passes sleep and network changes on to the core.

use super::Controller;
use crate::platform::power_and_network::{self, SystemEvent};
use std::sync::Arc;

impl Controller {
    pub(super) async fn watch_power_and_network(self: Arc<Self>) {
        let result = power_and_network::watch(|event| self.on_system_event(event)).await;
        if let Err(error) = result {
            tracing::info!(%error, "no network and sleep events from the system bus");
        }
    }

    fn on_system_event(&self, event: SystemEvent) {
        if let SystemEvent::SleepSignals(available) = event {
            self.app.set_sleep_signals(available);
        }
        let Some(core) = self.app.core_handle.running() else {
            return;
        };
        match event {
            SystemEvent::SleepSignals(available) => core.set_reports_sleep(available),
            SystemEvent::Online(online) => core.set_online(online),
            SystemEvent::WokeUp => core.woke_up(),
        }
    }
}
