//! Finds out who shows tray icons. A panel may start late, restart, or be away while the screen is locked, and the
//! watcher's name may be owned before any host shows icons.

use futures_util::{Stream, StreamExt as _, future, stream};
use std::time::Duration;
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::names::{BusName, WellKnownName};
use zbus::proxy::CacheProperties;

/// The name comes from KDE, but every desktop with a tray uses it.
const WATCHER_NAME: &str = "org.kde.StatusNotifierWatcher";

/// How long the watcher may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The unique bus name of the process that shows icons; `None` if there is none. A new process has another name, and
/// does not know the icons of the one before.
pub(crate) type Host = Option<String>;

/// Reports who shows icons, now and whenever that may have changed. The same host may be reported again. The stream
/// ends with the bus.
///
/// # Errors
/// When the bus does not answer.
pub(crate) async fn watch(
    connection: &Connection,
) -> zbus::Result<impl Stream<Item = Host> + Send + Unpin + 'static> {
    let bus = DBusProxy::new(connection).await?;
    let watcher = StatusNotifierWatcherProxy::builder(connection)
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    // Subscribe before reading the current state, so that no change is missed.
    let owners = bus
        .receive_name_owner_changed_with_args(&[(0, WATCHER_NAME)])
        .await?
        .map(|_| ());
    let came = watcher
        .receive_status_notifier_host_registered()
        .await?
        .map(|_| ());
    let went = watcher
        .receive_status_notifier_host_unregistered()
        .await?
        .map(|_| ());
    let hosts = stream::select(came, went).map(Some);
    // When the bus ends, so does the stream of owners, which then ends all others.
    let ends = owners.map(Some).chain(stream::once(future::ready(None)));
    let changes = stream::select(ends, hosts)
        .take_while(|change| future::ready(change.is_some()))
        .map(|_| ());
    let checks = stream::once(future::ready(())).chain(changes);
    Ok(checks
        .then(move |()| {
            let (bus, watcher) = (bus.clone(), watcher.clone());
            async move { current_host(&bus, &watcher).await }
        })
        .boxed())
}

async fn current_host(bus: &DBusProxy<'_>, watcher: &StatusNotifierWatcherProxy<'_>) -> Host {
    let name = BusName::from(WellKnownName::from_static_str(WATCHER_NAME).ok()?);
    let owner = bus.get_name_owner(name).await.ok()?;
    let shows = watcher.is_status_notifier_host_registered();
    match tokio::time::timeout(ANSWER_TIMEOUT, shows).await {
        Ok(Ok(false)) => None,
        // A watcher that gives no answer may accept an icon all the same.
        Ok(Ok(true) | Err(_)) | Err(_) => Some(owner.to_string()),
    }
}

#[zbus::proxy(
    interface = "org.kde.StatusNotifierWatcher",
    default_service = "org.kde.StatusNotifierWatcher",
    default_path = "/StatusNotifierWatcher",
    gen_blocking = false
)]
trait StatusNotifierWatcher {
    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> zbus::Result<bool>;

    #[zbus(signal)]
    fn status_notifier_host_registered(&self) -> zbus::Result<()>;

    #[zbus(signal)]
    fn status_notifier_host_unregistered(&self) -> zbus::Result<()>;
}
