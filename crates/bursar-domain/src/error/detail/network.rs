//! Network files.

use super::Detail;
use serde::{Deserialize, Serialize};

/// Network files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum NetworkDetail {
    /// The file is larger than a network file can be.
    NetworkFileTooLarge,
    /// The file is not UTF-8.
    NetworkFileNotText,
    /// The file is not TOML, or has a field that is unknown or missing. The reason is that of the parser, in English.
    NetworkFileNotToml { reason: String },
    /// The network’s name is empty, too long, or has other characters.
    NetworkNameInvalid { field: String },
    /// A code, as the API has it, is empty, too long, or has other characters.
    NetworkCodeInvalid { field: String },
    /// The network’s provider is none of the supported ones.
    NetworkProviderUnknown {
        field: String,
        provider: String,
        supported: String,
    },
    /// A list has more entries than allowed.
    NetworkListTooLong { field: String, most: u32 },
    /// A list is empty that must have an entry.
    NetworkListEmpty { field: String },
    /// Two entries are of the same payment provider.
    NetworkEntryTwice { field: String, entry: String },
    /// A text is empty, too long, or has spaces or other invisible characters.
    NetworkTextInvalid { field: String, most: u32 },
    /// A text is none of the words that the field can have.
    NetworkChoiceInvalid { field: String, choices: String },
    /// A text is not a currency’s code.
    NetworkCurrencyInvalid { field: String },
    /// A text is not an amount, or negative.
    NetworkAmountInvalid { field: String },
    /// The chain’s id is 0, which no chain has.
    NetworkChainZero { field: String },
    /// A number is not a whole one from 1 to `most`.
    NetworkNumberInvalid { field: String, most: u32 },
    /// A field makes sense only with a chain, and the file has none.
    NetworkNeedsChain { field: String },
    /// A contract’s address is invalid.
    NetworkContractInvalid { field: String, why: Box<Detail> },
    /// A text is not a web address, or one with a name, a password or no host.
    NetworkUrlInvalid { field: String },
    /// A web address is neither secure nor on this computer.
    NetworkUrlInsecure {
        field: String,
        secure: String,
        plain: String,
    },
    /// A web address to which paths are added ends with a query or a fragment.
    NetworkUrlHasQuery { field: String },
    /// A host of payment pages is not written as it is parsed.
    NetworkHostInvalid { field: String, host: String },
    /// There is no network of this name.
    NetworkUnknown { network: String },
    /// The name of a network file is that of a built-in network.
    NetworkNameBuiltIn { network: String },
    /// The network is of another provider than the account’s.
    NetworkOfOtherProvider { network: String },
    /// The network file names no console.
    NoConsole { network: String },
    /// The network file names no block explorer.
    NoExplorer,
    /// The URL of an RPC endpoint is not valid.
    RpcUrlInvalid,
    /// The API’s URL cannot have a path.
    ApiUrlInvalid,
}
