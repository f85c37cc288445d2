//! One running app a home: the first owns a name on the session bus, a later one hands its arguments over
//! and ends before any window or database is touched. The interface is the desktop's own,
//! `org.freedesktop.Application`. Any program of the user may call it, so a call is only ever a wish to look;
//! and any may own the name, so arguments are only handed to a process that has this home's engine. What keeps
//! two engines apart is the core's file lock, not this name.

use crate::activation::Activation;
use crate::afresh;
use crate::arguments::Arguments;
use crate::home::Home;
use bursar_core::home::LOCK_FILE;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;
use tokio::sync::mpsc;
use zbus::fdo::{DBusProxy, RequestNameFlags, RequestNameReply};
use zbus::zvariant::{OwnedValue, Value};

const PATH: &str = "/org/bursar/desktop";

/// How long the first instance may take to accept: it may be busy starting.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the owner of the name may take to have the home's engine: it may have started a moment ago.
const ENGINE_PATIENCE: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Wishes that wait to be looked at. A flood beyond this is dropped.
const WAITING: usize = 16;

/// What a later start, or any other program, asks of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Come to the front.
    Show(Activation),
    /// A link came, unchecked.
    Link(String, Activation),
}

/// What came of asking for the name.
#[derive(Debug)]
pub(crate) enum Instance {
    /// This process is the one. The connection holds the name.
    First {
        held: zbus::Connection,
        wishes: mpsc::Receiver<Wish>,
    },
    /// Another one runs and has taken our arguments over: nothing is left to do.
    HandedOver,
    /// There is no session bus, or the name's owner is not the app or does not answer: links cannot be handed
    /// over.
    Alone(String),
}

/// Asks for the name of this home, and hands the arguments over if it is taken.
pub(crate) async fn ask(home: &Home, arguments: &Arguments, activation: &Activation) -> Instance {
    // Not for long: what was said of it does not hold for long.
    while afresh::is_under_way(home.path()) {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    match tokio::time::timeout(PATIENCE, ask_bus(home, arguments, activation)).await {
        Ok(Ok(instance)) => instance,
        Ok(Err(error)) => Instance::Alone(error.to_string()),
        Err(_) => Instance::Alone("the session bus does not answer".to_owned()),
    }
}

async fn ask_bus(
    home: &Home,
    arguments: &Arguments,
    activation: &Activation,
) -> zbus::Result<Instance> {
    let (tell, wishes) = mpsc::channel(WAITING);
    let connection = zbus::connection::Builder::session()?
        .serve_at(PATH, Served { tell })?
        .build()
        .await?;
    loop {
        if afresh::is_under_way(home.path()) {
            tokio::time::sleep(LOOK_AGAIN).await;
            continue;
        }
        match ask_for_name(&connection, home, arguments, activation).await {
            Ok(Asked::Ours) => {
                afresh::is_over(home.path());
                return Ok(Instance::First {
                    held: connection,
                    wishes,
                });
            }
            Ok(Asked::HandedOver) => return Ok(Instance::HandedOver),
            Ok(Asked::Foreign(why)) => return Ok(Instance::Alone(why)),
            // It ended, or is starting afresh.
            Err(error) if is_gone(&error) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => return Err(error),
        }
    }
}

enum Asked {
    Ours,
    HandedOver,
    Foreign(String),
}

/// Whether the owner of the name went while it was spoken to.
fn is_gone(error: &zbus::Error) -> bool {
    use zbus::fdo::Error;
    matches!(
        Error::from(error.clone()),
        Error::NameHasNoOwner(_) | Error::ServiceUnknown(_) | Error::NoReply(_)
    )
}

async fn ask_for_name(
    connection: &zbus::Connection,
    home: &Home,
    arguments: &Arguments,
    activation: &Activation,
) -> zbus::Result<Asked> {
    let name = home.bus_name();
    let flags = RequestNameFlags::DoNotQueue.into();
    match connection
        .request_name_with_flags(name.as_str(), flags)
        .await
    {
        Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => {
            return Ok(Asked::Ours);
        }
        Ok(RequestNameReply::InQueue | RequestNameReply::Exists) | Err(zbus::Error::NameTaken) => {}
        Err(error) => return Err(error),
    }
    if !is_the_app(connection, &name, home).await? {
        return Ok(Asked::Foreign(format!(
            "{name} belongs to another program on the session bus"
        )));
    }
    let first = ApplicationProxy::builder(connection)
        .destination(name)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    let data = activation.platform_data();
    match &arguments.link {
        Some(link) => first.open(&[link.as_str()], data).await?,
        None if arguments.hidden => {}
        None => first.activate(data).await?,
    }
    Ok(Asked::HandedOver)
}

/// Whether the process that owns the name is the app of this home: it runs this program, or it holds the
/// engine's lock. What a program says of itself is not asked for.
async fn is_the_app(connection: &zbus::Connection, name: &str, home: &Home) -> zbus::Result<bool> {
    let bus = DBusProxy::new(connection).await?;
    let owner = bus.get_connection_unix_process_id(name.try_into()?).await?;
    let lock = home.path().join(LOCK_FILE);
    let looked = async {
        while !runs_this_program(owner) && !holds(owner, &lock) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    Ok(tokio::time::timeout(ENGINE_PATIENCE, looked).await.is_ok())
}

/// The kernel does not tell this of a process that keeps others out of its memory, as ours does once released.
fn runs_this_program(process: u32) -> bool {
    let theirs = std::fs::read_link(format!("/proc/{process}/exe"));
    matches!((theirs, std::env::current_exe()), (Ok(theirs), Ok(ours)) if theirs == ours)
}

/// Whether the kernel lists the process as the holder of a lock on that file.
fn holds(process: u32, file: &std::path::Path) -> bool {
    let (Ok(about), Ok(locks)) = (file.metadata(), std::fs::read_to_string("/proc/locks")) else {
        return false;
    };
    // "1: FLOCK  ADVISORY  WRITE 4711 fe:00:11313280 0 EOF"
    locks.lines().any(|line| {
        let mut words = line.split_ascii_whitespace().skip(4);
        let (holder, place) = (words.next(), words.next());
        let inode = place.and_then(|place| place.rsplit(':').next());
        line.contains(" FLOCK ")
            && holder.and_then(|word| word.parse().ok()) == Some(process)
            && inode.and_then(|word| word.parse().ok()) == Some(about.ino())
    })
}

/// Lets the name go, and hears all that was said to it before.
pub(crate) async fn let_go(connection: &zbus::Connection, home: &Home) {
    let released = connection.release_name(home.bus_name()).await;
    if !matches!(released, Ok(true)) {
        tracing::debug!(?released, "the name on the bus was not ours");
    }
    // Our own call comes back behind everything that the bus had for us.
    let heard = async {
        let Some(own) = connection.unique_name().cloned() else {
            return Ok(());
        };
        let builder = zbus::fdo::PeerProxy::builder(connection);
        builder
            .destination(own)?
            .path(PATH)?
            .build()
            .await?
            .ping()
            .await?;
        zbus::Result::Ok(())
    };
    if let Err(error) = heard.await {
        tracing::debug!(%error, "the bus did not bring our own call");
    }
}

/// Takes the name again.
pub(crate) async fn take_again(connection: &zbus::Connection, home: &Home) {
    let flags = RequestNameFlags::DoNotQueue.into();
    if let Err(error) = connection
        .request_name_with_flags(home.bus_name(), flags)
        .await
    {
        tracing::warn!(%error, "links and further starts cannot be handed over");
    }
}

struct Served {
    tell: mpsc::Sender<Wish>,
}

impl Served {
    fn wish(&self, wish: Wish) {
        if self.tell.try_send(wish).is_err() {
            tracing::warn!("too many calls from other programs at once");
        }
    }
}

#[zbus::interface(name = "org.freedesktop.Application")]
impl Served {
    fn activate(&self, platform_data: HashMap<String, OwnedValue>) {
        self.wish(Wish::Show(Activation::from_platform_data(&platform_data)));
    }

    fn open(&self, uris: Vec<String>, platform_data: HashMap<String, OwnedValue>) {
        // One click opens one link; a list is somebody's game.
        if let Some(link) = uris.into_iter().next() {
            self.wish(Wish::Link(
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
        self.wish(Wish::Show(Activation::from_platform_data(&platform_data)));
    }
}

/// The same, as a later start calls it.
#[zbus::proxy(
    interface = "org.freedesktop.Application",
    default_path = "/org/bursar/desktop",
    gen_blocking = false
)]
trait Application {
    fn activate(&self, platform_data: HashMap<&str, Value<'_>>) -> zbus::Result<()>;
    fn open(&self, uris: &[&str], platform_data: HashMap<&str, Value<'_>>) -> zbus::Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_a_lock_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK_FILE);
        let file = std::fs::File::create(&path).unwrap();
        let me = std::process::id();
        assert!(!holds(me, &path));
        file.try_lock().unwrap();
        assert!(holds(me, &path));
        assert!(!holds(1, &path));
        drop(file);
        assert!(!holds(me, &path));
        assert!(!holds(me, &folder.path().join("none")));
    }

    #[test]
    fn this_program_is_known_by_its_file() {
        assert!(runs_this_program(std::process::id()));
        assert!(!runs_this_program(1));
    }
}
