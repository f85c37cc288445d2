//! Answers that are asked for again and again, kept with their tags: what has not changed is not sent a second time. They
//! are one sign-in's: with another key all of them are forgotten. Only in memory, and bounded.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use url::Url;

/// Answers kept at once; each question that is repeated has one.
const MOST: usize = 16;
/// A larger answer is sent again, in bytes.
const LARGEST: usize = 128 * 1024;
/// The longest tag, in bytes.
const TAG_LIMIT: usize = 128;

/// An answer and how the panel calls its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tagged {
    pub(super) tag: String,
    pub(super) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    /// Whose they are: [`crate::session::Session::sign_in`].
    sign_in: u64,
    by_address: BTreeMap<String, Tagged>,
}

impl Kept {
    pub(super) fn of(&self, address: &Url, sign_in: u64) -> Option<Tagged> {
        let answers = self.lock();
        let kept = answers.by_address.get(address.as_str());
        kept.filter(|_| answers.sign_in == sign_in).cloned()
    }

    /// Keeps an answer in place of the one before; one without a tag only ends that. `sign_in` is the one that asked.
    pub(super) fn put(&self, address: &Url, sign_in: u64, tag: Option<&str>, body: &[u8]) {
        let mut answers = self.lock();
        if sign_in < answers.sign_in {
            return;
        }
        if sign_in > answers.sign_in {
            *answers = Answers {
                sign_in,
                by_address: BTreeMap::new(),
            };
        }
        let kept = &mut answers.by_address;
        kept.remove(address.as_str());
        let Some(tag) = tag.filter(|tag| is_tag(tag)) else {
            return;
        };
        if body.len() > LARGEST {
            return;
        }
        if kept.len() >= MOST {
            kept.clear();
        }
        let tagged = Tagged {
            tag: tag.to_owned(),
            body: body.to_owned(),
        };
        kept.insert(address.to_string(), tagged);
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `"…"`, or `W/"…"`, of characters that a header can send back.
fn is_tag(tag: &str) -> bool {
    let bare = tag.strip_prefix("W/").unwrap_or(tag);
    tag.len() <= TAG_LIMIT
        && bare.len() >= 2
        && bare.starts_with('"')
        && bare.ends_with('"')
        && bare.bytes().all(|b| b.is_ascii_graphic())
}
