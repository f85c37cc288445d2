//! An account belongs to one user. Another user's key is never used for it, however late Bursar notices.

use super::mock_panel::*;
use super::*;

/// Two users of one panel.
fn of_dana_and_bob() -> MockPanel {
    MockPanel {
        users: [("key", "acc_dana"), ("bob", "acc_bob")].into(),
        ..MockPanel::default()
    }
}

fn key(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

async fn stored_user(app: &TestApp<MockPanel>) -> Option<String> {
    let accounts = app.bursar.services.store.accounts().unwrap();
    accounts.into_iter().next().unwrap().user_id
}

#[tokio::test]
async fn learns_the_owner_from_the_first_answer() {
    let app = TestApp::connect(MockPanel {
        down: vec!["/account"],
        ..of_dana_and_bob()
    })
    .await;
    assert_eq!(stored_user(&app).await, None);
    app.provider.lock().unwrap().down.clear();
    app.later(Span::minutes(10));
    let read = |state: &State| state.api_balance.is_some();
    app.until("the balance is read", read).await;
    assert_eq!(stored_user(&app).await.as_deref(), Some("acc_dana"));
    let (bursar, account) = (&app.bursar, &app.account);
    let renamed = bursar.edit_account(account.clone(), "renamed".to_owned(), None, None);
    renamed.await.unwrap();
    assert_eq!(stored_user(&app).await.as_deref(), Some("acc_dana"));
    let refused = bursar
        .sign_in_again(account.clone(), key("bob"), None)
        .await;
    assert_eq!(refused.unwrap_err().code, Code::Unauthorized);
    let double = bursar.connect(Connect {
        provider: None,
        network: "t".to_owned(),
        key: key("key"),
        address: None,
        label: None,
        session_only: false,
        key_expires_on: None,
    });
    assert_eq!(double.await.unwrap_err().code, Code::AlreadyExists);
}

#[tokio::test]
async fn key_without_known_user_changes_nothing() {
    let app = TestApp::connect(of_dana_and_bob()).await;
    app.read().await;
    app.provider.lock().unwrap().down.push("/account");
    let refused = app
        .bursar
        .sign_in_again(app.account.clone(), key("bob"), None)
        .await;
    assert_eq!(refused.unwrap_err().code, Code::ProviderUnavailable);
    app.provider.lock().unwrap().down.clear();
    app.later(Span::hours(1));
    let again = app.clock.now().minus(Span::minutes(1));
    let read = |state: &State| {
        state
            .last_success(PollTarget::Balance)
            .is_some_and(|at| at > again)
    };
    app.until("the balance is read again", read).await;
    let api = app.state().api_balance.clone().unwrap().0;
    assert_eq!(api.balance.to_decimal(), "182.40");
}

#[tokio::test]
async fn reads_no_data_with_key_of_another_user() {
    let app = TestApp::connect(of_dana_and_bob()).await;
    let read = |state: &State| state.api_balance.is_some();
    app.until("the balance is read", read).await;
    // The key enters the session without a check of whose it is.
    let session = app.bursar.connection(&app.account).unwrap().session;
    for session_only in [true, false] {
        let theirs = Credential::api_key("bob").unwrap();
        session.set_credential(theirs, session_only).await.unwrap();
        app.later(Span::hours(1));
        let rejected = |state: &State| {
            let mut errors = state.errors.values();
            errors.any(|(error, _)| error.code == Code::Unauthorized)
        };
        app.until("the error is reported", rejected).await;
        assert!(!session.signed_in());
        let api = app.state().api_balance.clone().unwrap().0;
        assert_eq!(api.balance.to_decimal(), "182.40");
        let own = Credential::api_key("key").unwrap();
        session.set_credential(own, false).await.unwrap();
        app.bursar
            .driver
            .send_event(&app.account, Event::SignedIn(true));
        let mended = |state: &State| state.errors.is_empty();
        app.until("the error is gone", mended).await;
    }
}
