//! One running app a home: the first owns a name on the session bus, a later one hands its arguments over
//! and ends before any window or database is touched. The interface is the desktop's own,
//! `org.freedesktop.Application`. Any program of the user may call it, so a call is only ever a wish to look;
//! and what keeps two engines apart is the core's file lock, not this name.

use crate::arguments::Arguments;
use crate::home::Home;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc;
use zbus::fdo::{RequestNameFlags, RequestNameReply};
use zbus::zvariant::OwnedValue;

const PATH: &str = "/org/bursar/desktop";

/// How long the first instance may take to accept: it may be busy starting.
const PATIENCE: Duration = Duration::from_secs(3);

/// Wishes that wait to be looked at. A flood beyond this is dropped.
const WAITING: usize = 16;

/// What a later start, or any other program, asks of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Come to the front.
    Show,
    /// A link came, unchecked.
    Link(String),
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
    /// There is no session bus, or whoever owns the name does not answer: links cannot be handed over.
    Alone(String),
}

/// Asks for the name of this home, and hands the arguments over if it is taken.
pub(crate) async fn ask(home: &Home, arguments: &Arguments) -> Instance {
    match tokio::time::timeout(PATIENCE, ask_bus(home, arguments)).await {
        Ok(Ok(instance)) => instance,
        Ok(Err(error)) => Instance::Alone(error.to_string()),
        Err(_) => Instance::Alone("the session bus does not answer".to_owned()),
    }
}

async fn ask_bus(home: &Home, arguments: &Arguments) -> zbus::Result<Instance> {
    let (tell, wishes) = mpsc::channel(WAITING);
    let connection = zbus::connection::Builder::session()?
        .serve_at(PATH, Application { tell })?
        .build()
        .await?;
    let name = home.bus_name();
    let flags = RequestNameFlags::DoNotQueue.into();
    match connection
        .request_name_with_flags(name.as_str(), flags)
        .await
    {
        Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => {
            return Ok(Instance::First {
                held: connection,
                wishes,
            });
        }
        Ok(RequestNameReply::InQueue | RequestNameReply::Exists) | Err(zbus::Error::NameTaken) => {}
        Err(error) => return Err(error),
    }
    let first = ApplicationProxy::builder(&connection)
        .destination(name)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    match &arguments.link {
        Some(link) => first.open(vec![link.clone()], HashMap::new()).await?,
        None if arguments.hidden => {}
        None => first.activate(HashMap::new()).await?,
    }
    Ok(Instance::HandedOver)
}

struct Application {
    tell: mpsc::Sender<Wish>,
}

impl Application {
    fn wish(&self, wish: Wish) {
        if self.tell.try_send(wish).is_err() {
            tracing::warn!("too many calls from other programs at once");
        }
    }
}

#[zbus::interface(
    name = "org.freedesktop.Application",
    proxy(gen_blocking = false, default_path = "/org/bursar/desktop")
)]
impl Application {
    fn activate(&self, _platform_data: HashMap<String, OwnedValue>) {
        self.wish(Wish::Show);
    }

    fn open(&self, uris: Vec<String>, _platform_data: HashMap<String, OwnedValue>) {
        // One click opens one link; a list is somebody's game.
        if let Some(link) = uris.into_iter().next() {
            self.wish(Wish::Link(link));
        }
    }

    fn activate_action(
        &self,
        _action_name: String,
        _parameter: Vec<OwnedValue>,
        _platform_data: HashMap<String, OwnedValue>,
    ) {
        self.wish(Wish::Show);
    }
}
