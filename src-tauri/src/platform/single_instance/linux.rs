//! The running app of a home owns a name on the session bus. A further start hands its arguments over and ends before
//! it touches a window or a database. The interface is the desktop's own, `org.freedesktop.Application`. Any program
//! of the user may call it, so a call can only request a look at the app. Any program may also own the name, so
//! arguments only go to a process that runs this executable or holds this home's lock. What keeps two cores apart is
//! that lock, not the name.

use crate::arguments::Arguments;
use crate::home::Home;
use crate::platform::activation::Activation;
use crate::platform::restart_marker;
use crate::platform::single_instance::request::{Instance, InstanceRequest};
use bursar_core::home::LOCK_FILE;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;
use tokio::sync::mpsc;
use zbus::fdo::{DBusProxy, RequestNameFlags, RequestNameReply};
use zbus::zvariant::{OwnedValue, Value};

/// Derived from the app's id, as the Desktop Entry Specification requires.
const OBJECT_PATH: &str = "/org/bursar/desktop";

/// How long the running app may take to accept: it may be busy starting.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(3);

/// How long the owner of the name may take to hold the home's lock: it may have started a moment ago.
const OWNER_CHECK_TIMEOUT: Duration = Duration::from_secs(2);
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Requests that wait to be handled. More are dropped, so that a flood does no harm.
const MAX_QUEUED_REQUESTS: usize = 16;

/// Requests the bus name of this home, and hands the arguments over if another process owns it.
pub(crate) async fn acquire(
    home: &Home,
    arguments: &Arguments,
    activation: &Activation,
) -> Instance {
    // This ends soon, because a marker expires.
    while restart_marker::is_restarting(home.path()) {
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
    match tokio::time::timeout(
        HAND_OVER_TIMEOUT,
        acquire_on_bus(home, arguments, activation),
    )
    .await
    {
        Ok(Ok(instance)) => instance,
        Ok(Err(error)) => Instance::Standalone(error.to_string()),
        Err(_) => Instance::Standalone("the session bus does not answer".to_owned()),
    }
}

async fn acquire_on_bus(
    home: &Home,
    arguments: &Arguments,
    activation: &Activation,
) -> zbus::Result<Instance> {
    let (sender, requests) = mpsc::channel(MAX_QUEUED_REQUESTS);
    let connection = zbus::connection::Builder::session()?
        .serve_at(OBJECT_PATH, ApplicationInterface { sender })?
        .build()
        .await?;
    loop {
        if restart_marker::is_restarting(home.path()) {
            tokio::time::sleep(RETRY_INTERVAL).await;
            continue;
        }
        match claim_name_or_hand_over(&connection, home, arguments, activation).await {
            Ok(NameClaim::Acquired) => {
                restart_marker::clear(home.path());
                return Ok(Instance::Primary {
                    connection,
                    requests,
                });
            }
            Ok(NameClaim::HandedOver) => return Ok(Instance::HandedOver),
            Ok(NameClaim::OwnedByOther(reason)) => return Ok(Instance::Standalone(reason)),
            // The owner has ended, or is restarting.
            Err(error) if owner_vanished(&error) => tokio::time::sleep(RETRY_INTERVAL).await,
            Err(error) => return Err(error),
        }
    }
}

enum NameClaim {
    Acquired,
    HandedOver,
    OwnedByOther(String),
}

/// Whether the name's owner went away during the call.
fn owner_vanished(error: &zbus::Error) -> bool {
    use zbus::fdo::Error;
    matches!(
        Error::from(error.clone()),
        Error::NameHasNoOwner(_) | Error::ServiceUnknown(_) | Error::NoReply(_)
    )
}

async fn claim_name_or_hand_over(
    connection: &zbus::Connection,
    home: &Home,
    arguments: &Arguments,
    activation: &Activation,
) -> zbus::Result<NameClaim> {
    let name = home.bus_name();
    let flags = RequestNameFlags::DoNotQueue.into();
    match connection
        .request_name_with_flags(name.as_str(), flags)
        .await
    {
        Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => {
            return Ok(NameClaim::Acquired);
        }
        Ok(RequestNameReply::InQueue | RequestNameReply::Exists) | Err(zbus::Error::NameTaken) => {}
        Err(error) => return Err(error),
    }
    if !is_owned_by_app(connection, &name, home).await? {
        return Ok(NameClaim::OwnedByOther(format!(
            "{name} belongs to another program on the session bus"
        )));
    }
    let primary = ApplicationProxy::builder(connection)
        .destination(name)?
        .path(OBJECT_PATH)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    let data = activation.platform_data();
    match &arguments.link {
        Some(link) => primary.open(&[link.as_str()], data).await?,
        None if arguments.hidden => {}
        None => primary.activate(data).await?,
    }
    Ok(NameClaim::HandedOver)
}

/// Whether the name's owner is the app of this home: it runs the same executable, or it holds the core's lock. Its
/// own statements do not count.
async fn is_owned_by_app(
    connection: &zbus::Connection,
    name: &str,
    home: &Home,
) -> zbus::Result<bool> {
    let bus = DBusProxy::new(connection).await?;
    let owner = bus.get_connection_unix_process_id(name.try_into()?).await?;
    let lock = home.path().join(LOCK_FILE);
    let found = async {
        while !runs_same_executable(owner) && !holds_lock(owner, &lock) {
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    };
    Ok(tokio::time::timeout(OWNER_CHECK_TIMEOUT, found)
        .await
        .is_ok())
}

/// The kernel hides this for a process that protects its memory, as release builds of Bursar do.
fn runs_same_executable(process: u32) -> bool {
    let their_executable = std::fs::read_link(format!("/proc/{process}/exe"));
    matches!((their_executable, std::env::current_exe()), (Ok(theirs), Ok(ours)) if theirs == ours)
}

/// Whether the kernel lists the process as the holder of a lock on this file.
fn holds_lock(process: u32, file: &std::path::Path) -> bool {
    let (Ok(about), Ok(locks)) = (file.metadata(), std::fs::read_to_string("/proc/locks")) else {
        return false;
    };
    // "1: FLOCK  ADVISORY  WRITE 4711 fe:00:11313280 0 EOF"
    locks.lines().any(|line| {
        let mut words = line.split_ascii_whitespace().skip(4);
        let (holder, file_id) = (words.next(), words.next());
        let inode = file_id.and_then(|id| id.rsplit(':').next());
        line.contains(" FLOCK ")
            && holder.and_then(|word| word.parse().ok()) == Some(process)
            && inode.and_then(|word| word.parse().ok()) == Some(about.ino())
    })
}

/// Releases the name, and receives everything that was sent to it before.
pub(crate) async fn release(connection: &zbus::Connection, home: &Home) {
    let released = connection.release_name(home.bus_name()).await;
    if !matches!(released, Ok(true)) {
        tracing::debug!(?released, "the bus name was not owned");
    }
    // The answer to our own call arrives after everything that the bus had queued for us.
    let drained = async {
        let Some(own) = connection.unique_name().cloned() else {
            return Ok(());
        };
        let builder = zbus::fdo::PeerProxy::builder(connection);
        builder
            .destination(own)?
            .path(OBJECT_PATH)?
            .build()
            .await?
            .ping()
            .await?;
        zbus::Result::Ok(())
    };
    if let Err(error) = drained.await {
        tracing::debug!(%error, "could not wait for queued bus messages");
    }
}

/// Takes the name back.
pub(crate) async fn reacquire(connection: &zbus::Connection, home: &Home) {
    let flags = RequestNameFlags::DoNotQueue.into();
    if let Err(error) = connection
        .request_name_with_flags(home.bus_name(), flags)
        .await
    {
        tracing::warn!(%error, "further starts cannot hand over links");
    }
}

struct ApplicationInterface {
    sender: mpsc::Sender<InstanceRequest>,
}

impl ApplicationInterface {
    fn send(&self, request: InstanceRequest) {
        if self.sender.try_send(request).is_err() {
            tracing::warn!("dropped a request: too many at once");
        }
    }
}

#[zbus::interface(name = "org.freedesktop.Application")]
impl ApplicationInterface {
    fn activate(&self, platform_data: HashMap<String, OwnedValue>) {
        self.send(InstanceRequest::ShowWindow(Activation::from_platform_data(
            &platform_data,
        )));
    }

    fn open(&self, uris: Vec<String>, platform_data: HashMap<String, OwnedValue>) {
        // One click opens one link. A longer list does not come from a click.
        if let Some(link) = uris.into_iter().next() {
            self.send(InstanceRequest::OpenLink(
                link,
                Activation::from_platform_data(&platform_data),
            ));
        }
    }

    fn activate_action(
        &self,
        _action_name: String,
        _parameter: Vec<OwnedValue>,
        platform_data: HashMap<String, OwnedValue>,
    ) {
        self.send(InstanceRequest::ShowWindow(Activation::from_platform_data(
            &platform_data,
        )));
    }
}

/// The client side, for a further start.
#[zbus::proxy(interface = "org.freedesktop.Application", gen_blocking = false)]
trait Application {
    fn activate(&self, platform_data: HashMap<&str, Value<'_>>) -> zbus::Result<()>;
    fn open(&self, uris: &[&str], platform_data: HashMap<&str, Value<'_>>) -> zbus::Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_core::APP_ID;

    #[test]
    fn finds_the_holder_of_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK_FILE);
        let file = std::fs::File::create(&path).unwrap();
        let me = std::process::id();
        assert!(!holds_lock(me, &path));
        file.try_lock().unwrap();
        assert!(holds_lock(me, &path));
        assert!(!holds_lock(1, &path));
        drop(file);
        assert!(!holds_lock(me, &path));
        assert!(!holds_lock(me, &folder.path().join("none")));
    }

    #[test]
    fn object_path_is_derived_from_the_app_id() {
        assert_eq!(OBJECT_PATH, format!("/{}", APP_ID.replace('.', "/")));
    }

    #[test]
    fn recognizes_its_own_executable() {
        assert!(runs_same_executable(std::process::id()));
        assert!(!runs_same_executable(1));
    }
}
