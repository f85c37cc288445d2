//! What happened in detail. A detail is the id of a text with its arguments: the words are made where people read them, in the
//! language that they chose (`bursar-l10n`, and `ui/src/lib/texts/errors.ts` in the window).
//!
//! Each area has an enum, whose variant `TimedOut { host }` is the message `detail-timed-out` with the argument `$host` in
//! `locales/*/errors/`. No two areas have a variant of the same name. Databases hold details, so a variant of a released version
//! keeps its name and its arguments.

mod account;
mod amount;
mod chain;
mod connection;
mod desktop;
mod file;
mod internal;
mod keyring;
mod link;
mod network;
mod payment;
mod provider;
mod response;
mod sign_in;
mod storage;
mod sync;
mod terminal;
mod top_up;

pub use account::AccountDetail;
pub use amount::AmountDetail;
pub use chain::ChainDetail;
pub use connection::ConnectionDetail;
pub use desktop::DesktopDetail;
pub use file::FileDetail;
pub use internal::InternalDetail;
pub use keyring::KeyringDetail;
pub use link::LinkDetail;
pub use network::NetworkDetail;
pub use payment::PaymentDetail;
pub use provider::ProviderDetail;
pub use response::{CreatedPart, FieldFault, ResponseDetail, ResponseObject};
pub use sign_in::{KeyEnd, SignInDetail};
pub use storage::StorageDetail;
pub use sync::SyncDetail;
pub use terminal::TerminalDetail;
pub use top_up::TopUpDetail;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// What happened in detail. It is serialized as `{id, args}`.
///
/// An argument is a value, not a word: a name or a text, a count (`u32`), an amount, another detail, a list of details, or one of
/// a few words by which a message chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(untagged)]
pub enum Detail {
    Account(AccountDetail),
    Amount(AmountDetail),
    Chain(ChainDetail),
    Connection(ConnectionDetail),
    Desktop(DesktopDetail),
    File(FileDetail),
    Internal(InternalDetail),
    Keyring(KeyringDetail),
    Link(LinkDetail),
    Network(NetworkDetail),
    Payment(PaymentDetail),
    Provider(ProviderDetail),
    Response(ResponseDetail),
    SignIn(SignInDetail),
    Storage(StorageDetail),
    Sync(SyncDetail),
    Terminal(TerminalDetail),
    TopUp(TopUpDetail),
    /// An English sentence. Databases of earlier versions hold such sentences.
    Sentence(String),
}

#[cfg(feature = "testing")]
impl Detail {
    /// Any detail, for tests in which it does not matter.
    pub fn any() -> Self {
        InternalDetail::StoredByOtherVersion.into()
    }
}

macro_rules! from_area {
    ($($area:ident($detail:ident)),* $(,)?) => {
        $(impl From<$detail> for Detail {
            fn from(detail: $detail) -> Self {
                Self::$area(detail)
            }
        })*
    };
}

from_area!(
    Account(AccountDetail),
    Amount(AmountDetail),
    Chain(ChainDetail),
    Connection(ConnectionDetail),
    Desktop(DesktopDetail),
    File(FileDetail),
    Internal(InternalDetail),
    Keyring(KeyringDetail),
    Link(LinkDetail),
    Network(NetworkDetail),
    Payment(PaymentDetail),
    Provider(ProviderDetail),
    Response(ResponseDetail),
    SignIn(SignInDetail),
    Storage(StorageDetail),
    Sync(SyncDetail),
    Terminal(TerminalDetail),
    TopUp(TopUpDetail),
);

/// For logs and diagnostics, which are the same in every language: `timed-out host=rpc.example`.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => write_detail(f, &fields),
            Ok(Value::String(sentence)) => f.write_str(&sentence),
            Ok(_) | Err(_) => Err(fmt::Error),
        }
    }
}

fn write_detail(f: &mut fmt::Formatter<'_>, detail: &Map<String, Value>) -> fmt::Result {
    f.write_str(detail.get("id").and_then(Value::as_str).unwrap_or_default())?;
    let arguments = detail.get("args").and_then(Value::as_object);
    for (name, value) in arguments.into_iter().flatten() {
        write!(f, " {name}=")?;
        write_value(f, value)?;
    }
    Ok(())
}

/// A text stands between quotes if it would not be one word otherwise, and a detail between parentheses.
fn write_value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::String(text) if is_word(text) => f.write_str(text),
        Value::Object(detail) if detail.contains_key("id") => {
            f.write_str("(")?;
            write_detail(f, detail)?;
            f.write_str(")")
        }
        Value::Array(items) => items.iter().try_for_each(|item| write_value(f, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            write!(f, "{value}")
        }
    }
}

fn is_word(text: &str) -> bool {
    let separates = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '(' | ')');
    !text.is_empty() && !text.contains(separates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Amount, Currency};

    fn timed_out(host: &str) -> Detail {
        ConnectionDetail::TimedOut {
            host: host.to_owned(),
        }
        .into()
    }

    #[test]
    fn a_detail_is_its_id_with_its_arguments() {
        for (detail, json) in [
            (
                timed_out("rpc.example"),
                r#"{"id":"timed-out","args":{"host":"rpc.example"}}"#,
            ),
            (
                KeyringDetail::KeyringLocked.into(),
                r#"{"id":"keyring-locked"}"#,
            ),
            (
                Detail::Sentence("The disk is full.".into()),
                r#""The disk is full.""#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&detail).unwrap(), json);
            assert_eq!(serde_json::from_str::<Detail>(json).unwrap(), detail);
        }
    }

    #[test]
    fn logs_have_the_id_and_its_arguments() {
        assert_eq!(
            timed_out("rpc.example").to_string(),
            "timed-out host=rpc.example"
        );
        assert_eq!(
            timed_out("a host").to_string(),
            r#"timed-out host="a host""#
        );
        let each = vec![timed_out("a"), timed_out("b")];
        assert_eq!(
            Detail::from(ChainDetail::NoRpcUsable { each }).to_string(),
            "no-rpc-usable each=(timed-out host=a)(timed-out host=b)"
        );
        let amount = Amount::from_cents(2550, Currency::usdc());
        assert_eq!(
            Detail::from(TopUpDetail::TopUpStillOpen { amount }).to_string(),
            r#"top-up-still-open amount={"amount":"25.50","currency":"USDC"}"#
        );
    }
}
