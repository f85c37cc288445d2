//! The system bus: NetworkManager knows whether the machine is connected, logind whether it slept and whether the
//! screen is locked. All of it is a hint; without a system bus the core detects both by itself.

use crate::platform::dbus;
use crate::platform::power_and_network::event::SystemEvent;
use futures_util::StreamExt as _;
use std::time::Duration;
use zbus::Connection;
use zbus::proxy::CacheProperties;

const LOGIND: &str = "org.freedesktop.login1";

/// How long to wait for an answer that is only a hint.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Reports events until the bus ends.
///
/// # Errors
/// When there is no system bus.
pub(crate) async fn watch(on_event: impl Fn(SystemEvent)) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let network = NetworkManagerProxy::new(&bus).await?;
    let login = LoginProxy::new(&bus).await?;
    let mut states = network.receive_state_changed_signal().await?;
    let mut sleeps = login.receive_prepare_for_sleep().await?;
    let mut logind = dbus::watch_owner(&bus, LOGIND, true).await?;
    let mut connection = Connectivity::default();
    // If NetworkManager is absent or does not answer, its later signals still count.
    if let Ok(state) = network.network_state().await {
        connection.update(state);
    }
    loop {
        tokio::select! {
            Some(change) = states.next() => {
                let Ok(change) = change.args() else { continue };
                if let Some(online) = connection.update(*change.state()) {
                    on_event(SystemEvent::Online(online));
                }
            }
            Some(sleep) = sleeps.next() => {
                if sleep.args().is_ok_and(|sleep| !*sleep.going_to_sleep()) {
                    on_event(SystemEvent::WokeUp);
                }
            }
            Some(available) = logind.next() => on_event(SystemEvent::SleepSignals(available)),
            else => {
                on_event(SystemEvent::SleepSignals(false));
                return Ok(());
            }
        }
    }
}

/// Whether logind says that the screen of this session is locked. Without logind it is not.
pub(crate) async fn screen_is_locked() -> bool {
    let query = async {
        let bus = Connection::system().await?;
        let session = SessionProxy::builder(&bus)
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        session.locked_hint().await
    };
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, query).await;
    matches!(answer, Ok(Ok(true)))
}

/// NetworkManager's state. It only counts once NetworkManager has managed a connection itself: beside another network
/// service it reports "disconnected" forever.
#[derive(Clone, Copy, Debug, Default)]
struct Connectivity {
    managed: bool,
    online: Option<bool>,
}

impl Connectivity {
    /// `NM_STATE_CONNECTED_LOCAL` and above mean connected, 0 means unknown.
    fn update(&mut self, state: u32) -> Option<bool> {
        const CONNECTED: u32 = 50;
        if state == 0 {
            return None;
        }
        let online = state >= CONNECTED;
        self.managed |= online;
        if !self.managed || self.online == Some(online) {
            return None;
        }
        self.online = Some(online);
        Some(online)
    }
}

#[zbus::proxy(
    interface = "org.freedesktop.NetworkManager",
    default_service = "org.freedesktop.NetworkManager",
    default_path = "/org/freedesktop/NetworkManager",
    gen_blocking = false
)]
trait NetworkManager {
    #[zbus(name = "state")]
    fn network_state(&self) -> zbus::Result<u32>;

    #[zbus(signal, name = "StateChanged")]
    fn state_changed_signal(&self, state: u32) -> zbus::Result<()>;
}

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1",
    gen_blocking = false
)]
trait Login {
    #[zbus(signal)]
    fn prepare_for_sleep(&self, going_to_sleep: bool) -> zbus::Result<()>;
}

/// The session of the calling process.
#[zbus::proxy(
    interface = "org.freedesktop.login1.Session",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1/session/auto",
    gen_blocking = false
)]
trait Session {
    #[zbus(property)]
    fn locked_hint(&self) -> zbus::Result<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_a_network_manager_that_manages_nothing() {
        let mut beside = Connectivity::default();
        assert_eq!(
            [20, 0, 20].map(|state| beside.update(state)),
            [None, None, None]
        );
        let mut real = Connectivity::default();
        assert_eq!(
            [70, 60, 40, 20, 0, 70].map(|state| real.update(state)),
            [Some(true), None, Some(false), None, None, Some(true)]
        );
    }
}
