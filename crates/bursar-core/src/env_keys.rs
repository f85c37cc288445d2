//! API keys from the environment. They serve one process in place of the keyring's and are stored nowhere.

use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// The API keys that a process was started with.
#[derive(Clone, Default)]
pub struct EnvKeys {
    /// For one account, whose label it does not say: the only one, or the one that the user names. It is never sent to
    /// several hosts.
    unnamed: Option<Zeroizing<String>>,
    /// For the accounts with these labels.
    by_label: BTreeMap<String, Zeroizing<String>>,
}

/// The list of keys is not a JSON object of labels and keys.
#[derive(Debug)]
pub struct KeysMalformed;

impl EnvKeys {
    /// `key`: the value of `BURSAR_API_KEY`. `keys`: that of `BURSAR_API_KEYS`, a JSON object with a key for each label.
    /// An empty value counts as none.
    ///
    /// # Errors
    /// [`KeysMalformed`]; it does not repeat the value, which holds secrets.
    pub fn parse(
        key: Option<Zeroizing<String>>,
        keys: Option<&Zeroizing<String>>,
    ) -> Result<Self, KeysMalformed> {
        let by_label: BTreeMap<String, String> = match keys.filter(|keys| !keys.is_empty()) {
            Some(keys) => serde_json::from_str(keys).map_err(|_| KeysMalformed)?,
            None => BTreeMap::new(),
        };
        Ok(Self {
            unnamed: key.filter(|key| !key.is_empty()),
            by_label: by_label
                .into_iter()
                .map(|(label, key)| (label, Zeroizing::new(key)))
                .filter(|(_, key)| !key.is_empty())
                .collect(),
        })
    }

    /// The key for the account with this label. `alone`: it is the only account, or the one that the user named, so that
    /// a key without a label is meant for it.
    pub fn for_account(&self, label: Option<&str>, alone: bool) -> Option<&Zeroizing<String>> {
        label
            .and_then(|label| self.by_label.get(label))
            .or_else(|| self.unnamed.as_ref().filter(|_| alone))
    }
}

impl fmt::Debug for EnvKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvKeys").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    fn key<'a>(keys: &'a EnvKeys, label: &str, alone: bool) -> Option<&'a str> {
        keys.for_account(Some(label), alone).map(|key| key.as_str())
    }

    #[test]
    fn each_account_gets_the_key_of_its_label() {
        let list = secret(r#"{"One": "flk_1", "Two": "flk_2", "Empty": ""}"#);
        let keys = EnvKeys::parse(Some(secret("flk_0")), Some(&list)).unwrap();
        assert_eq!(key(&keys, "One", false), Some("flk_1"));
        assert_eq!(key(&keys, "Two", true), Some("flk_2"));
        assert_eq!(key(&keys, "Empty", true), Some("flk_0"));
        assert_eq!(key(&keys, "Three", false), None);
    }

    #[test]
    fn a_key_without_a_label_is_for_one_account_only() {
        let keys = EnvKeys::parse(Some(secret("flk_0")), None).unwrap();
        assert_eq!(key(&keys, "One", true), Some("flk_0"));
        assert_eq!(key(&keys, "One", false), None);
        let none = EnvKeys::parse(Some(secret("")), Some(&secret(""))).unwrap();
        assert_eq!(key(&none, "One", true), None);
    }

    #[test]
    fn a_list_that_is_no_object_of_labels_is_refused_without_repeating_it() {
        for list in ["flk_canary", "[\"flk_canary\"]", "{\"One\": 1}"] {
            let refused = EnvKeys::parse(None, Some(&secret(list))).unwrap_err();
            assert!(!format!("{refused:?}").contains("canary"));
        }
        let keys = EnvKeys::parse(Some(secret("flk_canary")), None).unwrap();
        assert!(!format!("{keys:?}").contains("canary"));
    }
}
