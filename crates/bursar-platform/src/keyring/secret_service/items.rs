//! Finds, writes and removes the items of the Secret Service.

use super::SERVICE_NAME;
use crate::keyring::backend::{Prompting, SERVICE};
use ::secret_service::Error as Failure;
use ::secret_service::blocking::{Collection, Item, SecretService};
use std::collections::HashMap;
use zbus::blocking::Connection;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};
use zeroize::Zeroizing;

const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";

pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// The result of a search by name.
enum Found<'a> {
    Item(Item<'a>),
    /// There is an item, in a locked collection.
    Locked,
    Nothing,
}

fn attributes(user: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", user)])
}

/// The newest item of that name. Older ones, from an import or another default collection, are removed where that needs no
/// prompt, so that the choice is made only once.
fn newest_item<'a>(
    bus: &Connection,
    service: &'a SecretService<'_>,
    user: &str,
    prompting: Prompting,
) -> Result<Found<'a>, Failure> {
    let found = service.search_items(attributes(user))?;
    let mut items = found.unlocked;
    if items.is_empty() {
        if found.locked.is_empty() {
            return Ok(Found::Nothing);
        }
        if prompting == Prompting::Forbidden {
            return Ok(Found::Locked);
        }
        let all: Vec<&Item<'_>> = found.locked.iter().collect();
        service.unlock_all(&all)?;
        items = found.locked;
    }
    items.sort_by_cached_key(age);
    let Some(newest) = items.pop() else {
        return Ok(Found::Nothing);
    };
    for other in items {
        if let Err(failure) = remove_item(bus, &other, Prompting::Forbidden) {
            tracing::debug!(%failure, "an older item of the same name stays in the keyring");
        }
    }
    Ok(Found::Item(newest))
}

/// When the item was modified and created, in seconds, and the number in its path for items of the same second.
fn age(item: &Item<'_>) -> (u64, u64, u64, String) {
    let path = item.item_path.as_str();
    let number = path
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default();
    (
        item.get_modified().unwrap_or_default(),
        item.get_created().unwrap_or_default(),
        number,
        path.to_owned(),
    )
}

/// Finds the secret under its current name, or else under a former one, from which it is moved.
pub(super) fn find_secret(
    bus: &Connection,
    service: &SecretService<'_>,
    own: &str,
    former: &[String],
    prompting: Prompting,
) -> Result<Option<Bytes>, Failure> {
    match newest_item(bus, service, own, prompting)? {
        Found::Item(item) => return secret_of(&item).map(Some),
        Found::Locked => return Err(Failure::Locked),
        Found::Nothing => {}
    }
    for other in former {
        let item = match newest_item(bus, service, other, prompting)? {
            Found::Item(item) => item,
            Found::Locked => return Err(Failure::Locked),
            Found::Nothing => continue,
        };
        let secret = secret_of(&item)?;
        // Write the new item before removing the old one, so that a crash in between loses nothing.
        write(bus, service, own, &secret, prompting)?;
        if let Err(failure) = remove_all(bus, service, other, Prompting::Forbidden) {
            tracing::debug!(%failure, "the item stays under its former name too");
        }
        return Ok(Some(secret));
    }
    Ok(None)
}

fn secret_of(item: &Item<'_>) -> Result<Bytes, Failure> {
    item.get_secret().map(Zeroizing::new)
}

pub(super) fn write(
    bus: &Connection,
    service: &SecretService<'_>,
    user: &str,
    secret: &[u8],
    prompting: Prompting,
) -> Result<(), Failure> {
    const KIND: &str = "application/octet-stream";
    let kept = match newest_item(bus, service, user, prompting)? {
        Found::Item(item) => {
            item.set_secret(secret, KIND)?;
            secret_of(&item)?
        }
        Found::Locked => return Err(Failure::Locked),
        Found::Nothing => {
            let collection = default_collection(service, prompting)?;
            let label = format!("keyring:{user}@{SERVICE}");
            let item = collection.create_item(&label, attributes(user), secret, true, KIND)?;
            secret_of(&item)?
        }
    };
    if kept.as_slice() == secret {
        Ok(())
    } else {
        // A keyring that accepts a secret and does not store it is unusable.
        Err(Failure::NoResult)
    }
}

/// The collection for new items, unlocked.
pub(super) fn default_collection<'a>(
    service: &'a SecretService<'_>,
    prompting: Prompting,
) -> Result<Collection<'a>, Failure> {
    let collection = service.get_default_collection()?;
    if collection.is_locked()? {
        if prompting == Prompting::Forbidden {
            return Err(Failure::Locked);
        }
        collection.unlock()?;
    }
    Ok(collection)
}

/// Fails if anything is locked, or if there is no collection for new items. An empty search result is reliable only after
/// this check, because a locked keyring may answer a search as if it were empty.
pub(super) fn ensure_unlocked(service: &SecretService<'_>) -> Result<(), Failure> {
    default_collection(service, Prompting::Forbidden)?;
    for collection in service.get_all_collections()? {
        if collection.is_locked()? {
            return Err(Failure::Locked);
        }
    }
    Ok(())
}

/// Removes all items of that name. Returns whether there were any.
pub(super) fn remove_all(
    bus: &Connection,
    service: &SecretService<'_>,
    user: &str,
    prompting: Prompting,
) -> Result<bool, Failure> {
    let found = service.search_items(attributes(user))?;
    if !found.locked.is_empty() {
        if prompting == Prompting::Forbidden {
            return Err(Failure::Locked);
        }
        let all: Vec<&Item<'_>> = found.locked.iter().collect();
        service.unlock_all(&all)?;
    }
    let mut any = false;
    for item in found.unlocked.iter().chain(&found.locked) {
        remove_item(bus, item, prompting)?;
        any = true;
    }
    Ok(any)
}

/// Removes one item. Some keyrings ask the user first; where prompting is forbidden, the prompt is dismissed.
fn remove_item(bus: &Connection, item: &Item<'_>, prompting: Prompting) -> Result<(), Failure> {
    if prompting == Prompting::Allowed {
        return item.delete();
    }
    let path: &ObjectPath<'_> = &item.item_path;
    let answer = bus.call_method(Some(SERVICE_NAME), path, Some(ITEM), "Delete", &())?;
    let prompt: OwnedObjectPath = answer.body().deserialize()?;
    if prompt.as_str() == "/" {
        return Ok(());
    }
    bus.call_method(Some(SERVICE_NAME), &*prompt, Some(PROMPT), "Dismiss", &())?;
    Err(Failure::Prompt)
}
