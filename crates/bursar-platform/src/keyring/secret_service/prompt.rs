//! Unlocks collections and items by the service's prompts, which the user answers.

use super::SERVICE_NAME;
use ::secret_service::Error as Failure;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;
use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue};

const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
pub(super) const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// While a prompt is open, the keyring may be unlocked in another way: at login, or in its own window. No service withdraws its
/// prompt then, so this looks again after each of these intervals.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Unlocks these collections or items. Waits for the user's answer to the prompt, or until they are unlocked otherwise. The
/// prompt is then left to the user: gnome-keyring 42 aborts if a prompt that it shows is dismissed by a call.
///
/// # Errors
/// `Prompt` if the user dismisses the prompt, `PromptDisconnected` if the service ends.
pub(super) fn unlock(
    bus: &Connection,
    objects: &[&ObjectPath<'_>],
    is_unlocked: impl Fn() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let answer = bus.call_method(Some(SERVICE_NAME), ROOT, Some(SERVICE), "Unlock", &objects)?;
    let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = answer.body().deserialize()?;
    if prompt.as_str() == "/" {
        return Ok(());
    }
    let completed = completion(bus, &prompt)?;
    bus.call_method(Some(SERVICE_NAME), &*prompt, Some(PROMPT), "Prompt", &"")?;
    loop {
        match completed.recv_timeout(LOOK_AGAIN) {
            Ok(false) => return Ok(()),
            Ok(true) => return Err(Failure::Prompt),
            Err(RecvTimeoutError::Timeout) if is_unlocked()? => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::PromptDisconnected),
        }
    }
}

/// Receives whether the user dismissed the prompt. Disconnects when the bus closes.
fn completion(bus: &Connection, prompt: &ObjectPath<'_>) -> Result<Receiver<bool>, Failure> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(SERVICE_NAME)?
        .path(prompt.to_owned())?
        .interface(PROMPT)?
        .member("Completed")?
        .build();
    let mut signals = MessageIterator::for_match_rule(rule, bus, Some(1))?;
    let (sender, receiver) = mpsc::channel();
    let thread = thread::Builder::new().name("keyring prompt".to_owned());
    let waiting = thread.spawn(move || {
        if let Some(Ok(signal)) = signals.next()
            && let Ok((dismissed, _)) = signal.body().deserialize::<(bool, OwnedValue)>()
        {
            let _ = sender.send(dismissed);
        }
    });
    waiting.map(|_| receiver).map_err(|_| Failure::Unavailable)
}
