//! Light or dark: what the user chose, else what the desktop prefers. The preference comes from the settings portal,
//! or from GTK's own setting. The window's frame and the pages' `prefers-color-scheme` both follow GTK's setting.

use bursar_core::settings::Theme;
use futures_util::StreamExt as _;
use gtk::prelude::GtkSettingsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zbus::Connection;
use zbus::zvariant::{OwnedValue, Value};

/// The portal may be starting, or hang.
const PORTAL_TIMEOUT: Duration = Duration::from_secs(2);

const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";

/// The desktop's preference.
#[derive(Debug)]
pub(crate) struct Appearance {
    dark: AtomicBool,
    /// Once the portal has answered, GTK's own setting no longer counts.
    portal_answered: AtomicBool,
}

impl Appearance {
    pub(crate) fn unknown() -> Self {
        Self {
            dark: AtomicBool::new(false),
            portal_answered: AtomicBool::new(false),
        }
    }

    /// Reads GTK's setting. On the main thread, once GTK runs and before a theme was applied.
    pub(crate) fn read_gtk_setting(&self) {
        if !self.portal_answered.load(Ordering::Acquire)
            && let Some(settings) = gtk::Settings::default()
        {
            let dark = settings.is_gtk_application_prefer_dark_theme();
            self.dark.store(dark, Ordering::Release);
        }
    }

    pub(crate) fn is_dark(&self, theme: Theme) -> bool {
        match theme {
            Theme::Light => false,
            Theme::Dark => true,
            Theme::System => self.dark.load(Ordering::Acquire),
        }
    }

    /// Applies light or dark to GTK. On the main thread.
    pub(crate) fn apply(&self, theme: Theme) {
        if let Some(settings) = gtk::Settings::default() {
            settings.set_gtk_application_prefer_dark_theme(self.is_dark(theme));
        }
    }

    /// Follows the settings portal and calls `changed` after each change. Without a portal, GTK's setting stays in
    /// force.
    ///
    /// # Errors
    /// When the bus does not answer.
    pub(crate) async fn watch_portal(
        &self,
        bus: &Connection,
        changed: impl Fn() + Send,
    ) -> zbus::Result<()> {
        let portal = SettingsPortalProxy::new(bus).await?;
        let mut changes = portal.receive_setting_changed().await?;
        if let Ok(Ok(value)) =
            tokio::time::timeout(PORTAL_TIMEOUT, portal.read(NAMESPACE, KEY)).await
        {
            self.set_preference(&value, &changed);
        }
        while let Some(change) = changes.next().await {
            if let Ok(change) = change.args()
                && *change.namespace() == NAMESPACE
                && *change.key() == KEY
            {
                self.set_preference(change.value(), &changed);
            }
        }
        Ok(())
    }

    fn set_preference(&self, value: &Value<'_>, changed: &impl Fn()) {
        let Some(dark) = prefers_dark(value) else {
            return;
        };
        self.portal_answered.store(true, Ordering::Release);
        if self.dark.swap(dark, Ordering::AcqRel) != dark {
            changed();
        }
    }
}

/// 1 is dark, 2 is light, 0 no preference. Older portals wrap the value twice.
fn prefers_dark(value: &Value<'_>) -> Option<bool> {
    if let Value::Value(inner) = value {
        return prefers_dark(inner);
    }
    match u32::try_from(value) {
        Ok(1) => Some(true),
        Ok(2) => Some(false),
        Ok(_) | Err(_) => None,
    }
}

#[zbus::proxy(
    interface = "org.freedesktop.portal.Settings",
    default_service = "org.freedesktop.portal.Desktop",
    default_path = "/org/freedesktop/portal/desktop",
    gen_blocking = false
)]
trait SettingsPortal {
    fn read(&self, namespace: &str, key: &str) -> zbus::Result<OwnedValue>;

    #[zbus(signal)]
    fn setting_changed(&self, namespace: &str, key: &str, value: Value<'_>) -> zbus::Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_preference_in_any_wrapping() {
        assert_eq!(prefers_dark(&Value::U32(1)), Some(true));
        assert_eq!(
            prefers_dark(&Value::Value(Box::new(Value::U32(2)))),
            Some(false)
        );
        assert_eq!(prefers_dark(&Value::U32(0)), None);
        assert_eq!(prefers_dark(&Value::from("dark")), None);
    }
}
