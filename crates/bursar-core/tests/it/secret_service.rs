//! A Secret Service that a test can lock, stop, fill and query. A locked service may answer a search as if it were
//! empty, as some services do, and a service may prompt the user before it removes an item.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use zbus::blocking::connection::{Builder, Connection};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{fdo, interface};

const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const COLLECTION: &str = "/org/freedesktop/secrets/collection/test";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/p1";
const SESSION: &str = "/org/freedesktop/secrets/session/s1";

type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The service's items and behaviour, and counters of its requests.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) locked: bool,
    /// If true, a search of the locked collection finds nothing. Other services report that the collection has locked
    /// items.
    pub(crate) hides: bool,
    /// Prompts are never answered.
    pub(crate) silent: bool,
    /// Removing an item prompts the user.
    pub(crate) asks_before_removing: bool,
    /// An unlocked collection's items are locked to each program that the user has not allowed to read them, as in KeePassXC.
    pub(crate) asks_each_program: bool,
    /// The user answers prompts with yes.
    pub(crate) accepts: bool,
    /// The bus names of the programs that the user has allowed to read items.
    pub(crate) allowed: HashSet<String>,
    /// No collection is the default for new items.
    pub(crate) no_default: bool,
    pub(crate) items: Vec<Stored>,
    pub(crate) prompts: usize,
    /// Searches while everything was locked. KeePassXC asks the user at each of them.
    pub(crate) locked_searches: usize,
    pub(crate) dismissed: usize,
    pub(crate) writes: usize,
    made: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) number: u64,
    pub(crate) user: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) modified: u64,
}

impl Stored {
    fn path(&self) -> OwnedObjectPath {
        path(&format!("{COLLECTION}/{}", self.number))
    }
}

pub(crate) type Shared = Arc<Mutex<World>>;

/// A running service, which owns the service's bus name until it is dropped.
pub(crate) struct Service {
    pub(crate) world: Shared,
    connection: Option<Connection>,
}

fn path(text: &str) -> OwnedObjectPath {
    ObjectPath::try_from(text.to_owned()).unwrap().into()
}

fn look(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap()
}

impl Service {
    /// Starts the service on the session bus, on a separate thread.
    pub(crate) fn start(world: &Shared) -> Self {
        let shared = Arc::clone(world);
        let connection = std::thread::spawn(move || {
            let connection = Builder::session()
                .unwrap()
                .serve_at(ROOT, Root(Arc::clone(&shared)))
                .unwrap()
                .serve_at(COLLECTION, Collection(Arc::clone(&shared)))
                .unwrap()
                .serve_at(PROMPT, Prompt(Arc::clone(&shared)))
                .unwrap()
                .build()
                .unwrap();
            let kept = look(&shared).items.clone();
            for stored in kept {
                let item = Item(Arc::clone(&shared), stored.number);
                connection.object_server().at(stored.path(), item).unwrap();
            }
            connection.request_name(NAME).unwrap();
            connection
        });
        Self {
            world: Arc::clone(world),
            connection: Some(connection.join().unwrap()),
        }
    }

    pub(crate) fn look(&self) -> MutexGuard<'_, World> {
        look(&self.world)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let connection = self.connection.take();
        std::thread::spawn(move || drop(connection.map(Connection::close)))
            .join()
            .unwrap();
    }
}

impl World {
    pub(crate) fn add(&mut self, user: &str, secret: &str, modified: u64) -> u64 {
        self.made += 1;
        self.items.push(Stored {
            number: self.made,
            user: user.to_owned(),
            secret: secret.as_bytes().to_vec(),
            modified,
        });
        self.made
    }

    /// Whether the user would have to allow this program to read an item.
    fn keeps_from(&self, header: &Header<'_>) -> bool {
        self.asks_each_program && !self.allowed.contains(&sender(header))
    }

    fn found(&self, attributes: &HashMap<String, String>) -> Vec<OwnedObjectPath> {
        let wanted = attributes.get("username").cloned().unwrap_or_default();
        let fitting = self.items.iter().filter(|item| item.user == wanted);
        fitting.map(Stored::path).collect()
    }
}

fn sender(header: &Header<'_>) -> String {
    header.sender().map(ToString::to_string).unwrap_or_default()
}

struct Root(Shared);

#[interface(name = "org.freedesktop.Secret.Service")]
impl Root {
    fn open_session(
        &self,
        algorithm: &str,
        _input: Value<'_>,
    ) -> fdo::Result<(OwnedValue, OwnedObjectPath)> {
        if algorithm != "plain" {
            return Err(fdo::Error::NotSupported("only plain".to_owned()));
        }
        let nothing = OwnedValue::try_from(Value::from("")).unwrap();
        Ok((nothing, path(SESSION)))
    }

    fn search_items(
        &self,
        #[zbus(header)] header: Header<'_>,
        attributes: HashMap<String, String>,
    ) -> (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) {
        let mut world = look(&self.0);
        world.locked_searches += usize::from(world.locked);
        match (world.locked, world.hides) {
            (false, _) if world.keeps_from(&header) => (Vec::new(), world.found(&attributes)),
            (false, _) => (world.found(&attributes), Vec::new()),
            (true, false) => (Vec::new(), world.found(&attributes)),
            (true, true) => (Vec::new(), Vec::new()),
        }
    }

    fn unlock(
        &self,
        #[zbus(header)] header: Header<'_>,
        objects: Vec<OwnedObjectPath>,
    ) -> (Vec<OwnedObjectPath>, OwnedObjectPath) {
        let world = look(&self.0);
        if world.locked || world.keeps_from(&header) {
            (Vec::new(), path(PROMPT))
        } else {
            (objects, path("/"))
        }
    }

    fn read_alias(&self, name: &str) -> OwnedObjectPath {
        if name == "default" && !look(&self.0).no_default {
            path(COLLECTION)
        } else {
            path("/")
        }
    }

    #[zbus(property)]
    fn collections(&self) -> Vec<OwnedObjectPath> {
        vec![path(COLLECTION)]
    }
}

struct Collection(Shared);

#[interface(name = "org.freedesktop.Secret.Collection")]
impl Collection {
    async fn create_item(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(object_server)] server: &zbus::ObjectServer,
        properties: HashMap<String, OwnedValue>,
        secret: Secret,
        _replace: bool,
    ) -> fdo::Result<(OwnedObjectPath, OwnedObjectPath)> {
        let attributes = properties
            .get("org.freedesktop.Secret.Item.Attributes")
            .and_then(|value| HashMap::<String, String>::try_from(value.try_clone().unwrap()).ok())
            .unwrap_or_default();
        let number = {
            let mut world = look(&self.0);
            if world.locked {
                return Err(fdo::Error::AccessDenied("locked".to_owned()));
            }
            world.writes += 1;
            world.allowed.insert(sender(&header));
            let at = 1_000 + u64::try_from(world.writes).unwrap();
            let text = String::from_utf8(secret.2).unwrap();
            world.add(&attributes["username"], &text, at)
        };
        let at = path(&format!("{COLLECTION}/{number}"));
        server
            .at(at.clone(), Item(Arc::clone(&self.0), number))
            .await
            .unwrap();
        Ok((at, path("/")))
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        look(&self.0).locked
    }

    #[zbus(property)]
    fn label(&self) -> String {
        "Test".to_owned()
    }
}

struct Item(Shared, u64);

impl Item {
    fn stored(&self) -> fdo::Result<Stored> {
        let world = look(&self.0);
        let found = world.items.iter().find(|item| item.number == self.1);
        found
            .cloned()
            .ok_or_else(|| fdo::Error::UnknownObject("it is gone".to_owned()))
    }
}

#[interface(name = "org.freedesktop.Secret.Item")]
impl Item {
    fn get_secret(&self, session: OwnedObjectPath) -> fdo::Result<(Secret,)> {
        let kind = "text/plain".to_owned();
        Ok(((session, Vec::new(), self.stored()?.secret, kind),))
    }

    fn set_secret(&self, secret: Secret) -> fdo::Result<()> {
        let mut world = look(&self.0);
        world.writes += 1;
        let at = 1_000 + u64::try_from(world.writes).unwrap();
        let found = world.items.iter_mut().find(|item| item.number == self.1);
        let item = found.ok_or_else(|| fdo::Error::UnknownObject("it is gone".to_owned()))?;
        item.secret = secret.2;
        item.modified = at;
        Ok(())
    }

    fn delete(&self) -> OwnedObjectPath {
        let mut world = look(&self.0);
        if world.asks_before_removing {
            return path(PROMPT);
        }
        world.items.retain(|item| item.number != self.1);
        path("/")
    }

    #[zbus(property)]
    fn locked(&self, #[zbus(header)] header: Option<Header<'_>>) -> bool {
        let world = look(&self.0);
        world.locked || header.is_some_and(|header| world.keeps_from(&header))
    }

    #[zbus(property)]
    fn created(&self) -> u64 {
        1
    }

    #[zbus(property)]
    fn modified(&self) -> fdo::Result<u64> {
        Ok(self.stored()?.modified)
    }
}

struct Prompt(Shared);

#[interface(name = "org.freedesktop.Secret.Prompt")]
impl Prompt {
    /// The user answers the prompt at once, with no by default, or never.
    async fn prompt(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        _window: &str,
    ) -> fdo::Result<()> {
        let (silent, accepts) = {
            let mut world = look(&self.0);
            world.prompts += 1;
            if world.accepts {
                world.locked = false;
                world.allowed.insert(sender(&header));
            }
            (world.silent, world.accepts)
        };
        if !silent {
            Self::completed(&emitter, !accepts, Value::from("")).await?;
        }
        Ok(())
    }

    fn dismiss(&self) {
        look(&self.0).dismissed += 1;
    }

    #[zbus(signal)]
    async fn completed(
        emitter: &SignalEmitter<'_>,
        dismissed: bool,
        result: Value<'_>,
    ) -> zbus::Result<()>;
}
