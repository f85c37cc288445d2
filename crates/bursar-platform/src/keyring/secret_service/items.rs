//! Finds, writes and removes the items of the Secret Service.

use super::SERVICE_NAME;
use super::prompt::{PROMPT, unlock};
use crate::keyring::backend::{Prompting, SERVICE};
use ::secret_service::blocking::{Collection, Item, SecretService};
use ::secret_service::{Error as Failure, SearchItemsResult};
use std::collections::HashMap;
use zbus::blocking::Connection;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};
use zeroize::Zeroizing;

const ITEM: &str = "org.freedesktop.Secret.Item";

pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// The result of a search by name.
enum Found<'a> {
    Item(Item<'a>),
    /// There is an item, and the user would have to answer a prompt: the failure tells whether its collection is locked or only
    /// the item, for this program.
    Locked(Failure),
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
    let found = search(bus, service, user, prompting)?;
    let mut items = found.unlocked;
    if items.is_empty() {
        if found.locked.is_empty() {
            return Ok(Found::Nothing);
        }
        if prompting == Prompting::Forbidden {
            return why_locked(service, &found.locked).map(Found::Locked);
        }
        unlock_items(bus, service, &found.locked)?;
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

/// KeePassXC shows the items of an unlocked database as locked to each program that the user has not yet allowed to use them.
fn why_locked(service: &SecretService<'_>, items: &[Item<'_>]) -> Result<Failure, Failure> {
    for item in items {
        let collection = item.item_path.rsplit_once('/').map(|(path, _)| path);
        let path = ObjectPath::try_from(collection.unwrap_or_default())?;
        let collection = service.get_collection_by_path(path.to_owned().into())?;
        if collection.is_locked()? {
            return Ok(Failure::Locked);
        }
    }
    Ok(Failure::Prompt)
}

/// Searches by name. KeePassXC answers a search only after the user has unlocked one of its databases, so this searches only if
/// something is unlocked, and asks the user by a prompt before, which can be withdrawn.
fn search<'a>(
    bus: &Connection,
    service: &'a SecretService<'_>,
    user: &str,
    prompting: Prompting,
) -> Result<SearchItemsResult<Item<'a>>, Failure> {
    if !is_any_unlocked(service)? {
        default_collection(bus, service, prompting)?;
    }
    service.search_items(attributes(user))
}

fn is_any_unlocked(service: &SecretService<'_>) -> Result<bool, Failure> {
    for collection in service.get_all_collections()? {
        if !collection.is_locked()? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unlock_items(
    bus: &Connection,
    service: &SecretService<'_>,
    items: &[Item<'_>],
) -> Result<(), Failure> {
    let paths: Vec<&ObjectPath<'_>> = items.iter().map(|item| &*item.item_path).collect();
    let answered = unlock(bus, &paths, || {
        for item in items {
            if item.is_locked()? {
                return Ok(false);
            }
        }
        Ok(true)
    });
    match answered {
        Err(Failure::Prompt) => Err(why_locked(service, items)?),
        answered => answered,
    }
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
        Found::Locked(why) => return Err(why),
        Found::Nothing => {}
    }
    for other in former {
        let item = match newest_item(bus, service, other, prompting)? {
            Found::Item(item) => item,
            Found::Locked(why) => return Err(why),
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
        Found::Locked(why) => return Err(why),
        Found::Nothing => {
            let collection = default_collection(bus, service, prompting)?;
            // Some keyrings show the label when they ask whether Bursar may read the item.
            let name = user.split_once('/').map_or(user, |(_, name)| name);
            let label = format!("Bursar: {name}");
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
    bus: &Connection,
    service: &'a SecretService<'_>,
    prompting: Prompting,
) -> Result<Collection<'a>, Failure> {
    let collection = service.get_default_collection()?;
    if collection.is_locked()? {
        if prompting == Prompting::Forbidden {
            return Err(Failure::Locked);
        }
        let path: &ObjectPath<'_> = &collection.collection_path;
        match unlock(bus, &[path], || Ok(!collection.is_locked()?)) {
            Err(Failure::Prompt) => return Err(Failure::Locked),
            answered => answered?,
        }
    }
    Ok(collection)
}

/// Fails if anything is locked, or if there is no collection for new items. An empty search result is reliable only after
/// this check, because a locked keyring may answer a search as if it were empty.
pub(super) fn ensure_unlocked(
    bus: &Connection,
    service: &SecretService<'_>,
) -> Result<(), Failure> {
    default_collection(bus, service, Prompting::Forbidden)?;
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
    let found = search(bus, service, user, prompting)?;
    if !found.locked.is_empty() {
        if prompting == Prompting::Forbidden {
            return Err(Failure::Locked);
        }
        unlock_items(bus, service, &found.locked)?;
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
