//! Blocks, logs and receipts decoded by hand: what [`super::rpc_answers`] is compared with.

use alloy::primitives::{Address, B256, hex};
use bursar_domain::clock::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::borrow::Cow;

/// The fields of a block that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Block {
    #[serde(deserialize_with = "quantity")]
    pub(super) number: u64,
    #[serde(deserialize_with = "hash")]
    pub(super) hash: B256,
    #[serde(rename = "timestamp", deserialize_with = "time")]
    pub(super) time: Timestamp,
}

/// A log of a mined transaction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    #[serde(deserialize_with = "address")]
    pub(super) address: Address,
    #[serde(deserialize_with = "hashes")]
    pub(super) topics: Vec<B256>,
    #[serde(deserialize_with = "bytes")]
    pub(super) data: Vec<u8>,
    #[serde(deserialize_with = "quantity")]
    pub(super) block_number: u64,
    #[serde(deserialize_with = "hash")]
    pub(super) block_hash: B256,
    #[serde(deserialize_with = "hash")]
    pub(super) transaction_hash: B256,
    #[serde(deserialize_with = "quantity")]
    pub(super) log_index: u64,
    /// The time of its block, which newer nodes write beside the log; `None` if it is not a valid time.
    #[serde(rename = "blockTimestamp", default, deserialize_with = "optional_time")]
    pub(super) block_time: Option<Timestamp>,
    /// Taken back by a reorganisation.
    #[serde(default)]
    pub(super) removed: bool,
}

/// The fields of a transaction's receipt that are used.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    #[serde(deserialize_with = "hash")]
    pub(super) transaction_hash: B256,
    #[serde(deserialize_with = "hash")]
    pub(super) block_hash: B256,
    #[serde(deserialize_with = "quantity")]
    pub(super) block_number: u64,
    /// 1 if the transaction succeeded.
    #[serde(deserialize_with = "quantity")]
    pub(super) status: u64,
    pub(super) logs: Vec<Log>,
}

/// A quantity by itself: `"0x1f"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Quantity(#[serde(deserialize_with = "quantity")] pub(super) u64);

/// Bytes by themselves: `"0x00ff"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Data(#[serde(deserialize_with = "bytes")] pub(super) Vec<u8>);

fn quantity<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    text(from, "a quantity", |text| {
        let digits = digits(text)?;
        let canonical = digits == "0" || !digits.starts_with('0');
        canonical
            .then(|| u64::from_str_radix(digits, 16).ok())
            .flatten()
    })
}

fn hash<'de, D: Deserializer<'de>>(from: D) -> Result<B256, D::Error> {
    text(from, "a hash", parse_hash)
}

fn hashes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<B256>, D::Error> {
    let texts = Vec::<Cow<'_, str>>::deserialize(from)?;
    texts
        .iter()
        .map(|text| parse_hash(text).ok_or_else(|| D::Error::custom("a topic is not one")))
        .collect()
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Address, D::Error> {
    text(from, "an address", |text| {
        fixed::<20>(text).map(Address::from)
    })
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    text(from, "bytes", |text| hex::decode(digits(text)?).ok())
}

/// Seconds since 1970 as a quantity.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let seconds = i64::try_from(quantity(from)?).ok();
    seconds
        .and_then(|seconds| seconds.checked_mul(1_000))
        .map(Timestamp)
        .ok_or_else(|| D::Error::custom("a time is out of range"))
}

fn optional_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(time(value).ok())
}

fn text<'de, D: Deserializer<'de>, T>(
    from: D,
    what: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = Cow::<'_, str>::deserialize(from)?;
    read(&text).ok_or_else(|| D::Error::custom(format_args!("not {what}")))
}

fn parse_hash(text: &str) -> Option<B256> {
    fixed::<32>(text).map(B256::from)
}

fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode_to_array(digits(text)?).ok()
}

/// The text after the prefix, if it is only hexadecimal digits. The parsers themselves would accept a sign or a second
/// prefix.
fn digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x")?;
    digits
        .bytes()
        .all(|b| b.is_ascii_hexdigit())
        .then_some(digits)
}
