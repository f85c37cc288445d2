//! The tasks that run behind the window and connect the desktop's services with the controller.

use super::{Controller, missing_tray};
use crate::app::Receivers;
use crate::platform::power_and_network;
use crate::platform::single_instance::InstanceRequest;
use std::sync::Arc;
use std::time::Duration;
use tauri::async_runtime::spawn;
use tokio::sync::{mpsc, watch};

/// How long the session bus may take to answer at the start.
const BUS_TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) struct StartOptions {
    /// What further starts ask for; `None` if they cannot reach this process.
    pub(crate) requests: Option<mpsc::Receiver<InstanceRequest>>,
    pub(crate) bus: Option<zbus::Connection>,
}

impl Controller {
    pub(crate) fn start_background_tasks(
        self: &Arc<Self>,
        receivers: Receivers,
        options: StartOptions,
    ) {
        let controller = || Arc::clone(self);
        let can_be_handed_over = options.requests.is_some();
        if let Some(requests) = options.requests {
            spawn(controller().handle_instance_requests(requests));
        }
        spawn(controller().register_links(can_be_handed_over));
        spawn(controller().turn_notices_into_popups(receivers.notices));
        self.explain_reset_settings();
        spawn(controller().watch_power_and_network());
        spawn(controller().quit_on_signal());
        let (controller, tray, popups) = (controller(), receivers.tray, receivers.popups);
        spawn(async move {
            let bus = match options.bus {
                Some(bus) => Some(bus),
                None => session_bus().await,
            };
            let Some(bus) = bus else {
                tracing::warn!("no session bus: neither tray nor notifications");
                controller.set_tray_visible(false);
                controller.update_health(|health| health.notifications = false);
                controller.exit_if_unreachable(1);
                return;
            };
            controller.app.set_bus(&bus);
            spawn(Arc::clone(&controller).run_popups(bus.clone(), popups));
            spawn(Arc::clone(&controller).watch_appearance(bus.clone()));
            let (is_shown, shown) = watch::channel(None);
            spawn(missing_tray::watch(
                Arc::clone(&controller),
                shown,
                power_and_network::screen_is_locked,
            ));
            controller.run_tray(bus, tray, is_shown).await;
        });
    }
}

async fn session_bus() -> Option<zbus::Connection> {
    match tokio::time::timeout(BUS_TIMEOUT, zbus::Connection::session()).await {
        Ok(bus) => bus.ok(),
        Err(_) => None,
    }
}
