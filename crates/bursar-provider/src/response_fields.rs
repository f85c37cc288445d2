//! Reads responses that may be wrong. Callers request every field by name and type. The error names the field that is
//! missing or of another type, or the object that has a field twice. No field has a default value.

use crate::response_errors::malformed;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, FieldFault, ResponseDetail, ResponseObject, Result};
use bursar_domain::untrusted_text::clean;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The longest id, code or name accepted from a server, in bytes.
const MAX_TOKEN_BYTES: usize = 128;
/// The longest URL accepted from a server, in bytes. Other code decides whether a URL may be opened.
const MAX_ADDRESS_BYTES: usize = 4_096;

/// A JSON object whose fields are read one by one.
pub(crate) struct Object<'a> {
    /// What the object is, for errors.
    what: ResponseObject,
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Reads a whole body as one object.
    ///
    /// # Errors
    /// [`Code::AnswerMalformed`].
    pub(crate) fn parse(what: ResponseObject, body: &'a [u8]) -> Result<Self> {
        let raw = serde_json::from_slice(body).map_err(|_| not_json())?;
        Self::of(what, raw)
    }

    fn of(what: ResponseObject, raw: &'a RawValue) -> Result<Self> {
        let Fields(fields) = serde_json::from_str(raw.get())
            .map_err(|_| malformed(ResponseDetail::ResponseNotObject { object: what }))?;
        Ok(Self { what, fields })
    }

    fn find(&self, field: &str) -> Option<&'a RawValue> {
        let (_, raw) = self.fields.iter().find(|(name, _)| name == field)?;
        (raw.get() != "null").then_some(raw)
    }

    /// Whether the object has the field, with any value except `null`.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.find(field).is_some()
    }

    /// An error about `field`.
    pub(crate) fn wrong(&self, field: &str, fault: FieldFault) -> Error {
        malformed(ResponseDetail::ResponseField {
            field: field.to_owned(),
            object: self.what,
            fault,
        })
    }

    /// Reads a field. If it has another type than `T`, its fault is `fault`.
    fn read<T: Deserialize<'a>>(&self, field: &str, fault: FieldFault) -> Result<Option<T>> {
        self.find(field)
            .map(|raw| serde_json::from_str(raw.get()).map_err(|_| self.wrong(field, fault)))
            .transpose()
    }

    fn need<T>(&self, field: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.wrong(field, FieldFault::Missing))
    }

    /// A text as received, for values that are not shown to users. Only the size limit of the response bounds its
    /// length.
    pub(crate) fn raw_text(&self, field: &str) -> Result<String> {
        let text = self.read(field, FieldFault::NotText)?;
        self.need(field, text)
    }

    /// A text for display, cleaned and shortened.
    pub(crate) fn text(&self, field: &str) -> Result<String> {
        self.raw_text(field).map(|text| clean(&text))
    }

    pub(crate) fn text_or_null(&self, field: &str) -> Result<Option<String>> {
        Ok(self.raw_text_or_null(field)?.map(|text| clean(&text)))
    }

    pub(crate) fn raw_text_or_null(&self, field: &str) -> Result<Option<String>> {
        self.read(field, FieldFault::NotText)
    }

    /// An id, code or name that Bursar sends back to the provider: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub(crate) fn token(&self, field: &str) -> Result<String> {
        let token = self.raw_text(field)?;
        if is_token(&token) {
            Ok(token)
        } else {
            Err(self.wrong(field, FieldFault::NotId))
        }
    }

    /// A URL, exactly as the server wrote it. Only its length is checked, so callers must not trust it.
    pub(crate) fn address_or_null(&self, field: &str) -> Result<Option<String>> {
        let address: Option<String> = self.read(field, FieldFault::NotText)?;
        match address {
            Some(address) if address.len() > MAX_ADDRESS_BYTES => {
                Err(self.wrong(field, FieldFault::TooLong))
            }
            other => Ok(other),
        }
    }

    pub(crate) fn flag(&self, field: &str) -> Result<bool> {
        let flag = self.read(field, FieldFault::NotBoolean)?;
        self.need(field, flag)
    }

    /// A non-negative integer.
    pub(crate) fn count(&self, field: &str) -> Result<u64> {
        let count = self.count_or_null(field)?;
        self.need(field, count)
    }

    pub(crate) fn count_or_null(&self, field: &str) -> Result<Option<u64>> {
        self.read(field, FieldFault::NotCount)
    }

    /// An integer, possibly negative.
    pub(crate) fn whole(&self, field: &str) -> Result<i64> {
        let whole = self.read(field, FieldFault::NotCount)?;
        self.need(field, whole)
    }

    /// A time in RFC 3339 format.
    pub(crate) fn time(&self, field: &str) -> Result<Timestamp> {
        let time = self.time_or_null(field)?;
        self.need(field, time)
    }

    pub(crate) fn time_or_null(&self, field: &str) -> Result<Option<Timestamp>> {
        let text: Option<String> = self.read(field, FieldFault::NotTime)?;
        text.map(|text| {
            Timestamp::parse_rfc3339(&text).ok_or_else(|| self.wrong(field, FieldFault::NotTime))
        })
        .transpose()
    }

    pub(crate) fn object(&self, field: &str, what: ResponseObject) -> Result<Self> {
        let object = self.object_or_null(field, what)?;
        self.need(field, object)
    }

    pub(crate) fn object_or_null(&self, field: &str, what: ResponseObject) -> Result<Option<Self>> {
        self.find(field).map(|raw| Self::of(what, raw)).transpose()
    }

    /// A list with one result for each item. An item that is not an object does not affect the others.
    pub(crate) fn each(&self, field: &str, what: ResponseObject) -> Result<Vec<Result<Self>>> {
        let raws: Option<Vec<&'a RawValue>> = self.read(field, FieldFault::NotList)?;
        Ok(self
            .need(field, raws)?
            .into_iter()
            .map(|raw| Self::of(what, raw))
            .collect())
    }

    /// A list whose items must all be objects: for parts of a record that make no sense without each other.
    pub(crate) fn list(&self, field: &str, what: ResponseObject) -> Result<Vec<Self>> {
        self.each(field, what)?.into_iter().collect()
    }

    /// The texts in a list, unchanged; other items are skipped. `None` if the field is missing or `null`.
    pub(crate) fn texts_or_null(&self, field: &str) -> Result<Option<Vec<String>>> {
        let raws: Option<Vec<&'a RawValue>> = self.read(field, FieldFault::NotList)?;
        Ok(raws.map(|raws| {
            raws.into_iter()
                .filter_map(|raw| serde_json::from_str(raw.get()).ok())
                .collect()
        }))
    }
}

/// The errors about parts of a response that could not be read, although the rest could.
#[derive(Debug, Default)]
pub(crate) struct UnreadableParts(Vec<Error>);

impl UnreadableParts {
    /// Returns the value, or records the error and returns `None`.
    pub(crate) fn take<T>(&mut self, read: Result<T>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                let note = Error::new(Code::PartUnreadable, error.detail);
                if !self.0.contains(&note) {
                    self.0.push(note);
                }
                None
            }
        }
    }

    /// Like [`UnreadableParts::take`], for a part that may be missing.
    pub(crate) fn take_or_null<T>(&mut self, read: Result<Option<T>>) -> Option<T> {
        self.take(read).flatten()
    }

    pub(crate) fn into_errors(self) -> Vec<Error> {
        self.0
    }
}

/// Reads a whole body as a list, with one result for each item. An item that is not an object does not affect the
/// others.
///
/// # Errors
/// [`Code::AnswerMalformed`] if the body is not a list.
pub(crate) fn list<'a>(what: ResponseObject, body: &'a [u8]) -> Result<Vec<Result<Object<'a>>>> {
    let whole: &RawValue = serde_json::from_slice(body).map_err(|_| not_json())?;
    let raws: Vec<&RawValue> = serde_json::from_str(whole.get())
        .map_err(|_| malformed(ResponseDetail::ResponseNotList))?;
    Ok(raws.into_iter().map(|raw| Object::of(what, raw)).collect())
}

fn not_json() -> Error {
    malformed(ResponseDetail::ResponseNotJson)
}

/// Whether the text is a valid id: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// The fields of an object in their order. A duplicate name is an error.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A field's name, borrowed if it contains no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// More fields than any object of these APIs has.
const MAX_FIELDS: usize = 256;

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                while let Some((Name(name), raw)) = map.next_entry()? {
                    if fields.len() >= MAX_FIELDS || fields.iter().any(|(seen, _)| *seen == name) {
                        return Err(serde::de::Error::custom("doubled or too many fields"));
                    }
                    fields.push((name, raw));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
