//! The words of an error, from its code and its detail.

use crate::{Texts, Value};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::money::Amount;
use serde_json::{Map, Value as Json};

/// Before the id of a detail's message, so that it cannot be one of another message.
const PREFIX: &str = "detail-";

impl Texts {
    /// The few words that name an error.
    pub fn title(&self, code: Code) -> String {
        self.by_id(&message_of(code), None, [])
            .unwrap_or_else(|| id_of(code))
    }

    /// What the user can do about an error; empty where its detail says so.
    pub fn advice(&self, code: Code) -> String {
        self.by_id(&message_of(code), Some("advice"), [])
            .unwrap_or_default()
    }

    /// What happened.
    pub fn detail(&self, detail: &Detail) -> String {
        serde_json::to_value(detail).map_or_else(|_| String::new(), |json| self.words(json))
    }

    /// What happened and what the user can do, in a few sentences.
    pub fn explanation(&self, error: &Error) -> String {
        let (detail, advice) = (self.detail(&error.detail), self.advice(error.code));
        if advice.is_empty() {
            return detail;
        }
        let arguments = [("message", detail.into()), ("advice", advice.into())];
        self.by_id("error-explained", None, arguments)
            .unwrap_or_default()
    }

    fn words(&self, detail: Json) -> String {
        match detail {
            Json::Object(mut fields) => {
                let id = fields.remove("id");
                let id = id.as_ref().and_then(Json::as_str).unwrap_or_default();
                let arguments = match fields.remove("args") {
                    Some(Json::Object(arguments)) => arguments,
                    _ => Map::new(),
                };
                let arguments: Vec<_> = arguments
                    .into_iter()
                    .map(|(name, value)| (name, self.argument(value)))
                    .collect();
                let named = arguments
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.clone()));
                self.by_id(&format!("{PREFIX}{id}"), None, named)
                    .unwrap_or_else(|| {
                        debug_assert!(false, "there is no message {PREFIX}{id}");
                        id.to_owned()
                    })
            }
            Json::String(sentence) => sentence,
            // No detail has another form.
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => String::new(),
        }
    }

    /// Details within a detail become sentences after each other.
    fn argument(&self, value: Json) -> Value<'static> {
        match value {
            Json::String(text) => text.into(),
            Json::Number(number) => match number.as_u64() {
                Some(count) => count.into(),
                None => number.to_string().into(),
            },
            Json::Object(fields) if fields.contains_key("id") => {
                self.words(Json::Object(fields)).into()
            }
            Json::Object(fields) => serde_json::from_value::<Amount>(Json::Object(fields))
                .map_or_else(|_| String::new().into(), Value::from),
            Json::Array(items) => {
                let sentences: Vec<_> = items.into_iter().map(|item| self.words(item)).collect();
                sentences.join(" ").into()
            }
            Json::Null => String::new().into(),
            Json::Bool(value) => value.to_string().into(),
        }
    }
}

fn message_of(code: Code) -> String {
    format!("error-{}", id_of(code))
}

/// The code as programs read it, such as `rate_limited`.
fn id_of(code: Code) -> String {
    match serde_json::to_value(code) {
        Ok(Json::String(id)) => id,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Medium};
    use bursar_domain::error::{
        AmountDetail, ChainDetail, ConnectionDetail, StorageDetail, TopUpDetail,
    };
    use bursar_domain::money::Currency;

    fn of(language: Language) -> Texts {
        Texts::new(language, Medium::Desktop)
    }

    #[test]
    fn every_language_explains_an_error() {
        let file = "bursar.db".to_owned();
        let error = Error::new(Code::StorageFailed, StorageDetail::DiskFull { file });
        let english = of(Language::English);
        assert_eq!(
            english.title(error.code),
            "Bursar’s data could not be read or written"
        );
        assert!(
            english
                .explanation(&error)
                .starts_with("The disk is full, so bursar.db could not be written. Make sure that")
        );
        for language in [Language::German, Language::Spanish] {
            assert_ne!(of(language).title(error.code), english.title(error.code));
            assert_ne!(
                of(language).explanation(&error),
                english.explanation(&error)
            );
        }
        assert_eq!(english.advice(Code::AmountMalformed), "");
    }

    #[test]
    fn arguments_are_counts_amounts_and_other_details() {
        let english = of(Language::English);
        let of_decimals =
            |decimals| english.detail(&AmountDetail::AmountDecimals { decimals }.into());
        assert_eq!(
            of_decimals(1),
            "Enter at most one decimal place, such as 25.5."
        );
        assert_eq!(
            of_decimals(6),
            "Enter at most 6 decimal places, such as 25.50."
        );
        let amount = Amount::from_cents(123_450, Currency::usdc());
        let open = Detail::from(TopUpDetail::TopUpStillOpen { amount });
        assert!(english.detail(&open).contains("1\u{202f}234.50\u{a0}USDC"));
        assert!(
            of(Language::German)
                .detail(&open)
                .contains("1\u{202f}234,50\u{a0}USDC")
        );
        let each = ["a.example", "b.example"].map(|host| {
            let host = host.to_owned();
            ConnectionDetail::TimedOut { host }.into()
        });
        assert_eq!(
            english.detail(&ChainDetail::NoRpcUsable { each: each.into() }.into()),
            "No RPC endpoint of the network is usable. a.example did not answer in time. \
             b.example did not answer in time."
        );
        let sentence = Detail::Sentence("The disk is full.".to_owned());
        assert_eq!(english.detail(&sentence), "The disk is full.");
    }
}
