//! Accounts that are added late, machines that are offline, and keyrings that are unavailable.

use super::*;

#[tokio::test]
async fn new_account_takes_presence_and_connectivity() {
    let app = TestApp::connect(MockFluence::default()).await;
    app.bursar.set_presence(Presence::Focused);
    app.bursar.set_online(false);
    let opened = app
        .bursar
        .open_account(
            Account {
                id: AccountId::random(),
                label: "second".to_owned(),
                ..app.bursar.connection(&app.account).unwrap().account
            },
            false,
        )
        .await
        .unwrap();
    let second = opened.account.id;
    let inherited = |state: &State| state.presence == Presence::Focused && !state.online;
    assert!(
        app.bursar
            .driver
            .wait_until(&second, WAIT_TIMEOUT, inherited)
            .await
    );
}

#[tokio::test]
async fn offline_form_blocks_payment_and_says_why() {
    let app = TestApp::connect(MockFluence {
        creates: Some((502, true)),
        ..MockFluence::default()
    })
    .await;
    app.read().await;
    app.bursar.set_online(false);
    app.until("the account is offline", |state| !state.online)
        .await;
    assert_eq!(app.start().await.unwrap_err().code, Code::Unreachable);
    let form = app.bursar.top_up_form(app.account.clone()).await;
    assert_eq!(form.unwrap().blocked.unwrap().code, Code::Unreachable);
    assert!(app.state().top_ups.is_empty());
    assert_eq!(app.provider.lock().unwrap().created, 0);
}

#[tokio::test]
async fn keeps_added_rpc_endpoint_while_keyring_is_unavailable() {
    let app = TestApp::connect(MockFluence::default()).await;
    let (bursar, account) = (&app.bursar, &app.account);
    let own = "http://127.0.0.1:7/secret".to_owned();
    bursar
        .set_rpc_url(account.clone(), Some(own))
        .await
        .unwrap();
    let both = ["127.0.0.1:7", "127.0.0.1:1"];
    assert_eq!(bursar.rpc_hosts(account.clone()).await.unwrap(), both);
    app.keyring_away.store(true, Ordering::Release);
    let renamed = bursar.edit_account(account.clone(), "renamed".to_owned(), None);
    renamed.await.unwrap();
    assert_eq!(bursar.rpc_hosts(account.clone()).await.unwrap(), both);
    bursar
        .allow_checkout_host(account.clone(), "127.0.0.1:9".to_owned())
        .await
        .unwrap();
    assert_eq!(bursar.rpc_hosts(account.clone()).await.unwrap(), both);
}
