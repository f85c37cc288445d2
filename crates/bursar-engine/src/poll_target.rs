//! What is read again and again, and which server answers it.

/// What is read again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PollTarget {
    /// The open top-ups, while there are any.
    OpenPayments,
    /// The history's newer end: settles what is watched, finds what was started elsewhere.
    History,
    Balance,
    Chain,
    Charges,
    /// Methods, identity, maintenance.
    Catalogue,
    /// What can be paid for beside a top-up.
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

    /// Whose silence it suffers from.
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

/// Who answers; back-off is shared by all that is asked of the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Server {
    Api,
    Chain,
}

impl Server {
    pub(super) const ALL: [Self; 2] = [Self::Api, Self::Chain];
}
