//! What further starts request from the running app, and the result of trying to become that app.

use crate::platform::activation::Activation;
use tokio::sync::mpsc;

/// What a further start, or any other program, requests from this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InstanceRequest {
    /// Bring the window to the front.
    ShowWindow(Activation),
    /// Open a link, which nothing has checked yet.
    OpenLink(String, Activation),
}

/// The result of requesting the name.
#[derive(Debug)]
pub(crate) enum Instance {
    /// This process is the running app. The connection owns the name.
    Primary {
        connection: zbus::Connection,
        requests: mpsc::Receiver<InstanceRequest>,
    },
    /// Another process is the running app, and has taken over the arguments: this one can end.
    HandedOver,
    /// Links cannot be handed over, because there is no session bus, or the name's owner is not the app or does not
    /// answer.
    Standalone(String),
}
