//! What only the window needs: where the user left it, and how it looks. It has no secret and no figure, and may be lost. What
//! engine, tray or terminal read is in the settings file instead.

pub(crate) mod file;

use bursar_core::account::AccountId;
use bursar_core::payment::PaymentStatus;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest id of an account that is stored. Ids have 32 characters.
const MAX_ACCOUNT_ID: usize = 64;
/// The length of a date as `2026-01-31`.
const DATE_LENGTH: usize = 10;

/// Each field is read by itself: one that this version does not understand has its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct WindowState {
    pub(crate) place: Place,
    pub(crate) payment_filters: PaymentFilters,
    /// The columns of the payments that the user has hidden.
    pub(crate) hidden_columns: Vec<PaymentColumn>,
    /// The missing desktop services whose banner the user has closed.
    pub(crate) dismissed_services: Vec<DesktopService>,
    pub(crate) text_size: TextSize,
}

/// What the window changes; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub(crate) struct WindowStateChange {
    place: Option<Place>,
    payment_filters: Option<PaymentFilters>,
    hidden_columns: Option<Vec<PaymentColumn>>,
    dismissed_services: Option<Vec<DesktopService>>,
    text_size: Option<TextSize>,
}

/// The page that is shown, and the account that is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Place {
    pub(crate) page: PageName,
    pub(crate) account: Option<AccountId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PageName {
    #[default]
    Overview,
    TopUp,
    Payments,
    Inbox,
    Accounts,
    Settings,
    Balances,
}

/// The filters of the payments. The text of a search is not among them: it may be an amount, an address or a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct PaymentFilters {
    statuses: Vec<PaymentStatus>,
    dates: Option<DateRange>,
    /// The first and the last day of [`DateRange::Between`], as `2026-01-31` or empty.
    from: String,
    to: String,
    all_accounts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) enum DateRange {
    #[serde(rename = "7")]
    Last7Days,
    #[serde(rename = "30")]
    Last30Days,
    #[serde(rename = "90")]
    Last90Days,
    #[serde(rename = "365")]
    Last365Days,
    #[serde(rename = "own")]
    Between,
}

/// A column of the payments that can be hidden. Date, amount and status are always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentColumn {
    Source,
    Id,
}

/// A desktop service that may be missing, named as in [`Health`](bursar_core::view::Health).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DesktopService {
    Keyring,
    Tray,
    Notifications,
    Links,
}

/// The size of all text, in percent of the system's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) enum TextSize {
    #[default]
    #[serde(rename = "100")]
    Percent100,
    #[serde(rename = "125")]
    Percent125,
    #[serde(rename = "150")]
    Percent150,
    #[serde(rename = "175")]
    Percent175,
    #[serde(rename = "200")]
    Percent200,
}

impl WindowState {
    /// Reads the fields of a stored object.
    fn from_fields(fields: &Map<String, Value>) -> Self {
        Self {
            place: field(fields, "place"),
            payment_filters: field(fields, "payment_filters"),
            hidden_columns: field(fields, "hidden_columns"),
            dismissed_services: field(fields, "dismissed_services"),
            text_size: field(fields, "text_size"),
        }
        .bounded()
    }

    fn changed(&self, change: WindowStateChange) -> Self {
        let before = self.clone();
        Self {
            place: change.place.unwrap_or(before.place),
            payment_filters: change.payment_filters.unwrap_or(before.payment_filters),
            hidden_columns: change.hidden_columns.unwrap_or(before.hidden_columns),
            dismissed_services: change
                .dismissed_services
                .unwrap_or(before.dismissed_services),
            text_size: change.text_size.unwrap_or(before.text_size),
        }
        .bounded()
    }

    /// Drops what is too long or stands twice. So the stored object has at most a few hundred bytes.
    fn bounded(mut self) -> Self {
        self.place.account = self.place.account.filter(is_plausible_id);
        let filters = &mut self.payment_filters;
        keep_first(&mut filters.statuses);
        for date in [&mut filters.from, &mut filters.to] {
            if !looks_like_date(date) {
                date.clear();
            }
        }
        keep_first(&mut self.hidden_columns);
        keep_first(&mut self.dismissed_services);
        self
    }
}

fn field<T: DeserializeOwned + Default>(fields: &Map<String, Value>, name: &str) -> T {
    let Some(value) = fields.get(name) else {
        return T::default();
    };
    T::deserialize(value).unwrap_or_else(|error| {
        tracing::info!(name, %error, "a part of the window's state is not understood");
        T::default()
    })
}

fn is_plausible_id(id: &AccountId) -> bool {
    let bytes = id.0.as_bytes();
    (1..=MAX_ACCOUNT_ID).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

fn looks_like_date(text: &str) -> bool {
    text.len() == DATE_LENGTH
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Removes every value that stands earlier in the list already. No list is longer than its type has values.
fn keep_first<T: Copy + PartialEq>(values: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::new();
    for value in values.iter() {
        if !kept.contains(value) {
            kept.push(*value);
        }
    }
    *values = kept;
}

#[cfg(test)]
mod tests;
