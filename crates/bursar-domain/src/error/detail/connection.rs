//! Requests to any server.

use serde::{Deserialize, Serialize};

/// Requests to any server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum ConnectionDetail {
    /// The server did not answer in time.
    TimedOut { host: String },
    /// No connection to the server was made, or it was lost.
    NotReached { host: String },
    /// The server showed a certificate that this computer does not trust, or one for another server.
    CertificateNotTrusted { host: String },
    /// The server asks clients to wait.
    TooManyRequests { host: String },
    /// The server answered with a status that means an error.
    HttpStatus { host: String, status: String },
    /// The answer was larger than any should be.
    AnswerTooLarge { host: String },
    /// The system’s certificates cannot be read.
    SecureConnectionsFailed,
}
