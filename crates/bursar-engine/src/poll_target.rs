//! What is polled, and which server answers.

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
