//! Activation: what a desktop sends along with a click or a link, so that the resulting window may take the focus.
//! Wayland calls it an activation token (xdg-activation), X11 a startup id (startup notification). It raises one
//! window within a short time. Somebody who forges one can only achieve that the window is not raised.

use gtk::gdk::prelude::DisplayExtManual as _;
use gtk::glib;
use gtk::prelude::{GtkWindowExt as _, WidgetExt as _};
use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};
use zbus::zvariant::{OwnedValue, Value};

/// An activation token's environment variable, and its key in D-Bus activation's platform data (Desktop Entry
/// Specification).
const TOKEN: (&str, &str) = ("XDG_ACTIVATION_TOKEN", "activation-token");

/// The same two names for a startup id.
const STARTUP_ID: (&str, &str) = ("DESKTOP_STARTUP_ID", "desktop-startup-id");

/// No desktop's tokens are longer.
const MAX_TOKEN_LENGTH: usize = 1024;

/// How long after the click a window may still take the focus. A desktop's own limit is similar.
const VALIDITY: Duration = Duration::from_secs(20);

/// What came with one click: a token, a startup id, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Activation {
    token: Option<String>,
    startup_id: Option<String>,
}

impl Activation {
    /// Takes this process's activation out of the environment, so that no child inherits it. Call it first in `main`,
    /// while there is only one thread.
    pub(crate) fn take_from_environment() -> Self {
        let take = |name: &str| {
            let value = std::env::var(name).ok().and_then(usable);
            glib::unsetenv(name);
            value
        };
        Self {
            token: take(TOKEN.0),
            startup_id: take(STARTUP_ID.0),
        }
    }

    /// A token from the tray's host or the notification server.
    pub(crate) fn token(token: String) -> Self {
        Self {
            token: usable(token),
            startup_id: None,
        }
    }

    /// The activation in a call of `org.freedesktop.Application`.
    pub(crate) fn from_platform_data(data: &HashMap<String, OwnedValue>) -> Self {
        let read = |name: &str| {
            let text: &str = data.get(name)?.downcast_ref().ok()?;
            usable(text.to_owned())
        };
        Self {
            token: read(TOKEN.1),
            startup_id: read(STARTUP_ID.1),
        }
    }

    /// The platform data for a call to the running app.
    pub(crate) fn platform_data(&self) -> HashMap<&'static str, Value<'_>> {
        let both = [(TOKEN.1, &self.token), (STARTUP_ID.1, &self.startup_id)];
        both.into_iter()
            .filter_map(|(name, value)| Some((name, Value::from(value.as_deref()?))))
            .collect()
    }

    /// Passes the activation to the program that replaces this one.
    pub(crate) fn export_to(&self, command: &mut Command) {
        for (name, value) in [(TOKEN.0, &self.token), (STARTUP_ID.0, &self.startup_id)] {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
    }

    /// What GTK has not used itself. GTK reads the startup id before `main`, for the first window of a start that
    /// shows one at once.
    pub(crate) fn not_taken_by_gtk(self) -> Self {
        let Self { token, startup_id } = self;
        Self {
            token: token.filter(|token| startup_id.as_ref() != Some(token)),
            startup_id: None,
        }
    }

    fn is_none(&self) -> bool {
        self.token.is_none() && self.startup_id.is_none()
    }

    /// The one that this display's compositor or window manager issued.
    fn for_display(&self, is_wayland: bool) -> Option<&str> {
        let (first, second) = if is_wayland {
            (&self.token, &self.startup_id)
        } else {
            (&self.startup_id, &self.token)
        };
        first.as_deref().or(second.as_deref())
    }
}

/// Drops an empty one, and one with control characters, which the display would not accept.
fn usable(text: String) -> Option<String> {
    let fits =
        !text.is_empty() && text.len() <= MAX_TOKEN_LENGTH && !text.chars().any(char::is_control);
    fits.then_some(text)
}

/// The last click's activation, until a window takes it or it expires.
#[derive(Debug, Default)]
pub(crate) struct PendingActivation(Option<(Activation, Instant)>);

impl PendingActivation {
    /// A later activation replaces an earlier one. A click without any changes nothing.
    pub(crate) fn store(&mut self, activation: Activation, now: Instant) {
        if !activation.is_none() {
            self.0 = Some((activation, now));
        }
    }

    /// Takes the activation: it can be used once.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Activation> {
        let (activation, at) = self.0.take()?;
        (now.saturating_duration_since(at) < VALIDITY).then_some(activation)
    }
}

/// Asks the desktop to show the window in front of all others, with the click's activation if there is one. On the
/// main thread.
pub(crate) fn present_window(window: &gtk::ApplicationWindow, activation: Option<&Activation>) {
    let is_wayland = window.display().backend().is_wayland();
    let id = activation.and_then(|activation| activation.for_display(is_wayland));
    match (id, window.window()) {
        // Sets the token on this surface, not on GTK's window, which would use the same token again later. Presenting
        // the window as well would request another token, with no click behind it.
        (Some(token), Some(surface)) if is_wayland => return surface.set_startup_id(token),
        // This also ends the desktop's busy pointer for the program that it started.
        (Some(id), _) => window.set_startup_id(id),
        (None, _) => {}
    }
    window.present_with_time(gtk::gdk::ffi::GDK_CURRENT_TIME as u32);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(text: &str) -> OwnedValue {
        Value::from(text).try_to_owned().unwrap()
    }

    #[test]
    fn platform_data_round_trips() {
        let given = Activation {
            token: Some("kwin-7".to_owned()),
            startup_id: Some("gnome-1_TIME9".to_owned()),
        };
        let sent = given.platform_data();
        let received = sent
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.try_to_owned().unwrap()))
            .collect();
        assert_eq!(Activation::from_platform_data(&received), given);
        assert!(Activation::default().platform_data().is_empty());
    }

    #[test]
    fn prefers_the_kind_of_the_display() {
        let both = Activation {
            token: Some("token".to_owned()),
            startup_id: Some("id".to_owned()),
        };
        assert_eq!(both.for_display(true), Some("token"));
        assert_eq!(both.for_display(false), Some("id"));
        let token = Activation::token("token".to_owned());
        assert_eq!(token.for_display(false), Some("token"));
        assert_eq!(Activation::default().for_display(true), None);
    }

    #[test]
    fn leaves_out_what_gtk_has_used() {
        let of = |token: Option<&str>, startup_id: Option<&str>| Activation {
            token: token.map(str::to_owned),
            startup_id: startup_id.map(str::to_owned),
        };
        assert!(of(Some("a"), Some("a")).not_taken_by_gtk().is_none());
        assert!(of(None, Some("a")).not_taken_by_gtk().is_none());
        assert_eq!(of(Some("a"), None).not_taken_by_gtk(), of(Some("a"), None));
        assert_eq!(
            of(Some("b"), Some("a")).not_taken_by_gtk(),
            of(Some("b"), None)
        );
    }

    #[test]
    fn ignores_malformed_tokens() {
        let long = "x".repeat(MAX_TOKEN_LENGTH + 1);
        for malformed in ["", "a\nb", "a\0b", long.as_str()] {
            assert!(
                Activation::token(malformed.to_owned()).is_none(),
                "{malformed:?}"
            );
        }
        let data = HashMap::from([
            (TOKEN.1.to_owned(), OwnedValue::from(7_u32)),
            ("desktop".to_owned(), owned("x")),
        ]);
        assert!(Activation::from_platform_data(&data).is_none());
    }

    #[test]
    fn pending_activation_serves_once_and_expires() {
        let now = Instant::now();
        let mut pending = PendingActivation::default();
        assert_eq!(pending.take(now), None);
        pending.store(Activation::token("first".to_owned()), now);
        pending.store(Activation::default(), now);
        pending.store(Activation::token("second".to_owned()), now);
        pending.store(Activation::default(), now);
        assert_eq!(
            pending.take(now),
            Some(Activation::token("second".to_owned()))
        );
        assert_eq!(pending.take(now), None);
        pending.store(Activation::token("old".to_owned()), now);
        assert_eq!(pending.take(now.checked_add(VALIDITY).unwrap()), None);
        // A click without an activation does not extend an earlier one.
        pending.store(Activation::token("old".to_owned()), now);
        pending.store(Activation::default(), now.checked_add(VALIDITY).unwrap());
        assert_eq!(pending.take(now.checked_add(VALIDITY).unwrap()), None);
    }

    #[test]
    fn exports_to_the_environment_of_the_new_process() {
        let mut command = Command::new("true");
        Activation::token("token".to_owned()).export_to(&mut command);
        let environment: Vec<_> = command.get_envs().collect();
        assert_eq!(environment, [(TOKEN.0.as_ref(), Some("token".as_ref()))]);
    }
}
