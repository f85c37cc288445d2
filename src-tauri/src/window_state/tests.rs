//! What unknown, oversized and invented content leaves of the window's state.

use super::*;
use serde_json::json;

fn read(stored: Value) -> WindowState {
    let Value::Object(fields) = stored else {
        panic!("{stored} is no object");
    };
    WindowState::from_fields(&fields)
}

fn change(fields: Value) -> WindowStateChange {
    serde_json::from_value(fields).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let state = WindowState {
        place: Place {
            page: PageName::TopUp,
            account: Some(AccountId("0f3a".to_owned())),
        },
        payment_filters: PaymentFilters {
            statuses: vec![PaymentStatus::Completed, PaymentStatus::Open],
            dates: Some(DateRange::Between),
            from: "2026-01-01".to_owned(),
            to: "2026-12-31".to_owned(),
            all_accounts: true,
        },
        hidden_columns: vec![PaymentColumn::Id],
        dismissed_services: vec![DesktopService::Links],
        text_size: TextSize::Percent200,
    };
    assert_eq!(read(serde_json::to_value(&state).unwrap()), state);
    assert_eq!(read(json!({})), WindowState::default());
}

#[test]
fn a_field_that_is_not_understood_affects_no_other() {
    let stored = json!({
        "place": { "page": "statistics", "account": null },
        "payment_filters": 7,
        "hidden_columns": ["id", "weather"],
        "dismissed_services": { "tray": true },
        "text_size": "150",
        "future": [1, 2, 3],
    });
    let expected = WindowState {
        text_size: TextSize::Percent150,
        ..WindowState::default()
    };
    assert_eq!(read(stored), expected);
    for size in [json!("1000"), json!(150), json!(null), json!("")] {
        assert_eq!(read(json!({ "text_size": size })), WindowState::default());
    }
}

#[test]
fn nothing_grows_beyond_its_bound() {
    let long = "a".repeat(1_000_000);
    let stored = json!({
        "place": { "page": "inbox", "account": long },
        "payment_filters": { "statuses": vec!["open"; 10_000], "dates": "own", "from": long, "to": "2026-1-1", "all_accounts": false },
        "hidden_columns": vec!["id"; 10_000],
        "dismissed_services": vec!["tray"; 10_000],
    });
    let state = read(stored);
    assert_eq!(
        (state.place.page, &state.place.account),
        (PageName::Inbox, &None)
    );
    assert_eq!(state.payment_filters.statuses, [PaymentStatus::Open]);
    assert_eq!(
        (
            state.payment_filters.from.as_str(),
            state.payment_filters.to.as_str()
        ),
        ("", "")
    );
    assert_eq!(state.hidden_columns, [PaymentColumn::Id]);
    assert!(serde_json::to_string(&state).unwrap().len() < 400);
    let named = WindowState::default().changed(change(
        json!({ "place": { "page": "inbox", "account": long } }),
    ));
    assert_eq!(
        named.place.account, None,
        "the window's own changes are bounded too"
    );
    for id in ["", "a/b", "a b", "ключ", &"a".repeat(65)] {
        assert_eq!(
            read(json!({ "place": { "page": "inbox", "account": id } }))
                .place
                .account,
            None,
            "{id}"
        );
    }
}

#[test]
fn a_change_leaves_the_rest_as_it_is() {
    let state = WindowState::default()
        .changed(change(json!({ "text_size": "125" })))
        .changed(change(json!({ "hidden_columns": ["source"] })))
        .changed(change(
            json!({ "place": { "page": "accounts", "account": "a" } }),
        ));
    assert_eq!(state.text_size, TextSize::Percent125);
    assert_eq!(state.hidden_columns, [PaymentColumn::Source]);
    assert_eq!(state.place.page, PageName::Accounts);
    let shown = state.changed(change(json!({ "hidden_columns": [], "text_size": null })));
    assert_eq!(
        (shown.hidden_columns.len(), shown.text_size),
        (0, TextSize::Percent125)
    );
}

/// Neither the text of a search nor a figure gets into the file.
#[test]
fn what_the_type_does_not_have_is_not_stored() {
    let state = WindowState::default().changed(change(json!({
        "payment_filters": {
            "statuses": [], "dates": null, "from": "flu_secret", "to": "1234.56", "all_accounts": false, "search": "flu_secret",
        },
        "balance": "256.00",
    })));
    let stored = serde_json::to_string(&state).unwrap();
    for forbidden in ["secret", "1234", "256"] {
        assert!(!stored.contains(forbidden), "{stored}");
    }
}
