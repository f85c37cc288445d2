//! What is polled, and which server answers.

use bursar_domain::error::Code;

/// What is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PollTarget {
    /// The open top-ups, if there are any.
    OpenPayments,
    /// The newest part of the history: settles followed payments, and finds those that were started elsewhere.
    History,
    Balance,
    Chain,
    Charges,
    /// Methods, the key's owner and maintenance.
    Catalogue,
    /// Renewals and migrations that can be paid.
    DuePayments,
}

impl PollTarget {
    pub const ALL: [Self; 7] = [
        Self::OpenPayments,
        Self::History,
        Self::Balance,
        Self::Chain,
        Self::Charges,
        Self::Catalogue,
        Self::DuePayments,
    ];

    /// What a refusal to start a payment shows to be out of date: another payment is open, or a method, a limit or a
    /// price has changed.
    pub(super) fn outdated_by_refusal(code: Code) -> &'static [Self] {
        let is_terms = matches!(
            code,
            Code::AmountTooSmall
                | Code::AmountTooLarge
                | Code::AmountPrecision
                | Code::BalanceCap
                | Code::MethodUnknown
                | Code::PayerUnknown
                | Code::NotOffered
        );
        if code == Code::TopUpOpen {
            &[Self::History]
        } else if is_terms {
            &[Self::Catalogue]
        } else if matches!(code, Code::DueUnknown | Code::TotalChanged) {
            &[Self::DuePayments]
        } else {
            &[]
        }
    }

    /// Its name in the diagnostics.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenPayments => "Follow",
            Self::History => "History",
            Self::Balance => "Balance",
            Self::Chain => "Chain",
            Self::Charges => "Charges",
            Self::Catalogue => "Catalogue",
            Self::DuePayments => "Dues",
        }
    }

    /// The server that answers it.
    pub fn server(self) -> Server {
        match self {
            Self::Chain => Server::Chain,
            Self::OpenPayments
            | Self::History
            | Self::Balance
            | Self::Charges
            | Self::Catalogue
            | Self::DuePayments => Server::Api,
        }
    }
}

/// A server. All requests to one server share its back-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Server {
    Api,
    Chain,
}

impl Server {
    pub(super) const ALL: [Self; 2] = [Self::Api, Self::Chain];
}
