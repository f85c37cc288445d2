//! Blocks, logs and receipts as endpoints answer them, reduced to the fields that decide something. Each field is read
//! into alloy's type for it, but only in the one form that the standard allows: alloy also accepts numbers without a
//! prefix, leading zeros and lists of bytes. alloy's types for whole blocks, logs and receipts cannot be used, because
//! they also demand fields that decide nothing here and that some endpoints leave out.

use alloy::primitives::{Address, B256, BlockHash, Bytes, TxHash};
use bursar_domain::clock::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Block {
    #[serde(deserialize_with = "quantity")]
    pub(super) number: u64,
    #[serde(deserialize_with = "exact")]
    pub(super) hash: BlockHash,
    #[serde(rename = "timestamp", deserialize_with = "time")]
    pub(super) time: Timestamp,
}

/// A log of a mined transaction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    #[serde(deserialize_with = "exact")]
    pub(super) address: Address,
    #[serde(deserialize_with = "topics")]
    pub(super) topics: Vec<B256>,
    #[serde(deserialize_with = "exact")]
    pub(super) data: Bytes,
    #[serde(deserialize_with = "quantity")]
    pub(super) block_number: u64,
    #[serde(deserialize_with = "exact")]
    pub(super) block_hash: BlockHash,
    #[serde(deserialize_with = "exact")]
    pub(super) transaction_hash: TxHash,
    #[serde(deserialize_with = "quantity")]
    pub(super) log_index: u64,
    /// The time of its block, which newer nodes write beside the log; `None` if it is not a valid time.
    #[serde(rename = "blockTimestamp", default, deserialize_with = "optional_time")]
    pub(super) block_time: Option<Timestamp>,
    /// Taken back by a reorganisation.
    #[serde(default)]
    pub(super) removed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    #[serde(deserialize_with = "exact")]
    pub(super) transaction_hash: TxHash,
    #[serde(deserialize_with = "exact")]
    pub(super) block_hash: BlockHash,
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
pub(super) type Data = Exact<Bytes>;

/// A value of whole bytes in hexadecimal, with the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exact<T>(pub(super) T);

impl<'de, T: FromStr> Deserialize<'de> for Exact<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(HexDigits(|digits| digits.parse().ok().map(Self)))
    }
}

fn exact<'de, D: Deserializer<'de>, T: FromStr>(from: D) -> Result<T, D::Error> {
    Exact::deserialize(from).map(|Exact(value)| value)
}

fn topics<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<B256>, D::Error> {
    let topics = Vec::<Exact<B256>>::deserialize(from)?;
    Ok(topics.into_iter().map(|Exact(topic)| topic).collect())
}

fn quantity<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    from.deserialize_str(HexDigits(|digits| {
        let canonical = digits == "0" || !digits.starts_with('0');
        u64::from_str_radix(digits, 16).ok().filter(|_| canonical)
    }))
}

/// Seconds since 1970 as a quantity.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let seconds = i64::try_from(quantity(from)?).ok();
    let time = seconds.and_then(|seconds| seconds.checked_mul(1_000));
    time.map(Timestamp)
        .ok_or_else(|| D::Error::custom("a time is out of range"))
}

fn optional_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(time(Value::deserialize(from)?).ok())
}

/// Hands over the digits of a text with the prefix `0x` and nothing else: the parsers themselves would accept a sign or a
/// second prefix.
struct HexDigits<T>(fn(&str) -> Option<T>);

impl<T> Visitor<'_> for HexDigits<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hexadecimal digits after 0x")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.strip_prefix("0x")
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(self.0)
            .ok_or_else(|| E::custom("not in the standard's form"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: serde::de::DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn decodes_quantities_strictly() {
        assert_eq!(read(r#""0x0""#), Some(Quantity(0)));
        assert_eq!(read(r#""0x1F""#), Some(Quantity(31)));
        assert_eq!(read(r#""0xffffffffffffffff""#), Some(Quantity(u64::MAX)));
        for wrong in [
            r#""0x""#,
            r#""0x01""#,
            r#""1f""#,
            r#""0x10000000000000000""#,
            r#""0x-1""#,
            r#""0x+1""#,
            r#""0X1""#,
            r#"" 0x1""#,
            "31",
            "1e3",
            "null",
            r#""0xg""#,
            "[]",
            "true",
        ] {
            assert_eq!(read::<Quantity>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn decodes_bytes_strictly() {
        assert_eq!(read(r#""0x""#), Some(Exact(Bytes::new())));
        assert_eq!(
            read(r#""0x00ff""#),
            Some(Exact(Bytes::from_static(&[0, 255])))
        );
        for wrong in [
            r#""00ff""#,
            r#""0x0""#,
            r#""0xzz""#,
            r#""0x0x00""#,
            "[0,255]",
            "null",
        ] {
            assert_eq!(read::<Data>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn requires_exact_hashes_and_times_in_range() {
        let block = |number: &str, hash: &str, time: &str| {
            read::<Block>(&format!(
                r#"{{"number":{number},"hash":"{hash}","timestamp":"{time}","extra":1.5,"gasLimit":100000000000000000000000000000}}"#
            ))
        };
        let hash = format!("0x{}", "ab".repeat(32));
        assert_eq!(
            block(r#""0x5""#, &hash, "0x64"),
            Some(Block {
                number: 5,
                hash: B256::repeat_byte(0xab),
                time: Timestamp(100_000)
            })
        );
        assert_eq!(block(r#""0x5""#, &hash, "0xffffffffffffffff"), None);
        assert_eq!(block(r#""0x5""#, &hash[..64], "0x64"), None);
        assert_eq!(block(r#""0x5""#, &hash[2..], "0x64"), None);
        assert_eq!(block("5", &hash, "0x64"), None);
        assert_eq!(block("null", &hash, "0x64"), None);
        let doubled =
            format!(r#"{{"number":"0x1","number":"0x2","hash":"{hash}","timestamp":"0x1"}}"#);
        assert_eq!(read::<Block>(&doubled), None);
    }

    /// Why alloy's own types do not read answers. If this fails, they may have changed for the better.
    #[test]
    fn types_of_alloy_demand_more_and_check_less() {
        use alloy::primitives::U64;
        use alloy::rpc::types;
        let hash = format!("0x{}", "ab".repeat(32));
        let block = format!(r#"{{"number":"0x5","hash":"{hash}","timestamp":"0x64"}}"#);
        assert!(read::<Block>(&block).is_some() && read::<types::Block>(&block).is_none());
        let log = format!(
            r#"{{"address":"0x{}","topics":[],"data":"0x","blockNumber":"0x9","blockHash":"{hash}",
            "transactionHash":"{hash}","logIndex":"0x0"}}"#,
            "ba".repeat(20)
        );
        assert!(read::<Log>(&log).is_some() && read::<types::Log>(&log).is_none());
        for loose in [r#""0x01""#, "31"] {
            assert!(read::<Quantity>(loose).is_none() && read::<U64>(loose).is_some());
        }
        assert!(read::<Data>("[0,255]").is_none() && read::<Bytes>("[0,255]").is_some());
    }
}
