//! What a further start asks of the app that runs, and what came of asking to be that app.

use crate::platform::activation::Activation;
use tokio::sync::mpsc;

/// What a later start, or any other program, asks of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InstanceRequest {
    /// Come to the front.
    ShowWindow(Activation),
    /// A link came, unchecked.
    OpenLink(String, Activation),
}

/// What came of asking for the name.
#[derive(Debug)]
pub(crate) enum Instance {
    /// This process is the one. The connection holds the name.
    Primary {
        connection: zbus::Connection,
        requests: mpsc::Receiver<InstanceRequest>,
    },
    /// Another one runs and has taken our arguments over: nothing is left to do.
    HandedOver,
    /// There is no session bus, or the name's owner is not the app or does not answer: links cannot be handed
    /// over.
    Standalone(String),
}
