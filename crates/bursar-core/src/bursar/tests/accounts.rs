//! Accounts that come late, machines that are offline, keyrings that are away.

use super::*;

#[tokio::test]
async fn an_account_connected_before_the_user_is_read_as_one() {
    let stage = Stage::set(Fluence::default()).await;
    stage.bursar.presence(Presence::Focused);
    stage.bursar.online(false);
    let opened = stage
        .bursar
        .open_account(
            Account {
                id: AccountId::random(),
                label: "second".to_owned(),
                ..stage.bursar.connection(&stage.account).unwrap().account
            },
            false,
        )
        .await
        .unwrap();
    let second = opened.account.id;
    let there = |state: &State| state.presence == Presence::Focused && !state.online;
    assert!(stage.bursar.driver.until(&second, PATIENCE, there).await);
}

#[tokio::test]
async fn offline_nothing_is_begun_and_the_form_says_so() {
    let stage = Stage::set(Fluence {
        creates: Some((502, true)),
        ..Fluence::default()
    })
    .await;
    stage.read().await;
    stage.bursar.online(false);
    stage.until("it is offline", |state| !state.online).await;
    assert_eq!(stage.start().await.unwrap_err().code, Code::Unreachable);
    let form = stage.bursar.top_up_form(stage.account.clone()).await;
    assert_eq!(form.unwrap().blocked.unwrap().code, Code::Unreachable);
    assert!(stage.state().top_ups.is_empty());
    assert_eq!(stage.provider.lock().unwrap().created, 0);
}

#[tokio::test]
async fn an_rpc_of_the_users_own_outlasts_a_keyring_that_is_away() {
    let stage = Stage::set(Fluence::default()).await;
    let (bursar, account) = (&stage.bursar, &stage.account);
    let own = "http://127.0.0.1:7/secret".to_owned();
    bursar
        .set_rpc_address(account.clone(), Some(own))
        .await
        .unwrap();
    let both = ["127.0.0.1:7", "127.0.0.1:1"];
    assert_eq!(bursar.rpc_addresses(account.clone()).await.unwrap(), both);
    stage.keyring_away.store(true, Ordering::Release);
    let renamed = bursar.edit_account(account.clone(), "renamed".to_owned(), None);
    renamed.await.unwrap();
    assert_eq!(bursar.rpc_addresses(account.clone()).await.unwrap(), both);
    bursar
        .allow_checkout_host(account.clone(), "127.0.0.1:9".to_owned())
        .await
        .unwrap();
    assert_eq!(bursar.rpc_addresses(account.clone()).await.unwrap(), both);
}
