//! Watches who owns a name on a D-Bus bus.

use futures_util::{Stream, StreamExt as _, future, stream};
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::names::{BusName, WellKnownName};

/// Whether `name` has an owner, now and after each change. The stream ends with the bus. With `or_activatable`, a
/// name that the bus would start on demand counts as owned.
///
/// # Errors
/// When the bus does not answer.
pub(crate) async fn watch_owner(
    connection: &Connection,
    name: &'static str,
    or_activatable: bool,
) -> zbus::Result<impl Stream<Item = bool> + Send + Unpin + 'static> {
    let bus = DBusProxy::new(connection).await?;
    // Subscribe before reading the current owner, so that no change is missed.
    let changes = bus
        .receive_name_owner_changed_with_args(&[(0, name)])
        .await?;
    let always = or_activatable
        && bus
            .list_activatable_names()
            .await?
            .iter()
            .any(|activatable| activatable.as_str() == name);
    let now = bus
        .name_has_owner(BusName::from(WellKnownName::from_static_str(name)?))
        .await?;
    let later = changes.filter_map(move |change| {
        future::ready(
            change
                .args()
                .ok()
                .map(|change| always || change.new_owner().is_some()),
        )
    });
    Ok(stream::once(future::ready(always || now))
        .chain(later)
        .boxed())
}
