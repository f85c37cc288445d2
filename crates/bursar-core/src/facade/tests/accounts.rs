//! Accounts that are added late, machines that are offline, and keyrings that are unavailable.

use super::*;
use bursar_domain::error::AccountDetail;
use bursar_domain::notice::NoticeKind;
use bursar_domain::view::KeyExpiryNearness;

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
    let renamed = bursar.edit_account(account.clone(), "renamed".to_owned(), None, None);
    renamed.await.unwrap();
    assert_eq!(bursar.rpc_hosts(account.clone()).await.unwrap(), both);
    bursar
        .allow_checkout_host(account.clone(), "127.0.0.1:9".to_owned())
        .await
        .unwrap();
    assert_eq!(bursar.rpc_hosts(account.clone()).await.unwrap(), both);
}

fn key_warnings(app: &TestApp) -> Vec<Option<u32>> {
    let notices = app.bursar.services.store.notices(None, 10).unwrap();
    notices
        .into_iter()
        .map(|stored| stored.notice)
        .filter(|notice| notice.kind == NoticeKind::KeyExpires)
        .map(|notice| notice.days_left)
        .collect()
}

#[tokio::test]
async fn warns_of_a_key_that_expires_and_not_again_after_a_restart() {
    let mut app = TestApp::connect(MockFluence::default()).await;
    let date = |days| {
        let at = app.clock.now().plus(Span::days(days));
        Some(at.date())
    };
    let (yesterday, next_month) = (date(-1), date(30));
    let edit = |date| {
        app.bursar
            .edit_account(app.account.clone(), "t".to_owned(), None, date)
    };
    let refused = edit(yesterday).await.unwrap_err();
    assert_eq!(refused.detail, AccountDetail::KeyExpiryOver.into());
    let edited = edit(next_month.clone()).await.unwrap();
    let shown = edited.key_expiry.unwrap();
    assert_eq!(Some(shown.date), next_month);
    assert_eq!(shown.nearness, KeyExpiryNearness::Later);

    app.later(Span::days(23));
    app.bursar.driver.send_event(&app.account, Event::Tick);
    app.until("a warning is there", |_| !key_warnings(&app).is_empty())
        .await;
    app.restart().await;
    app.until("it is signed in", |state| state.config.signed_in)
        .await;
    app.bursar.driver.send_event(&app.account, Event::Tick);
    app.until("it is due again", |state| state.key_expiry_warned.is_some())
        .await;
    assert_eq!(key_warnings(&app), [Some(7)]);
    app.later(Span::days(6));
    app.bursar.driver.send_event(&app.account, Event::Tick);
    app.until("the second is there", |_| key_warnings(&app).len() > 1)
        .await;
    assert_eq!(key_warnings(&app), [Some(1), Some(7)]);

    // A new key is not the one that expires.
    let key = Zeroizing::new("better".to_owned());
    let renewed = app.bursar.sign_in_again(app.account.clone(), key, None);
    assert_eq!(renewed.await.unwrap().account.key_expiry, None);
    app.until("nothing is watched any more", |state| {
        state.key_expiry.is_none()
    })
    .await;
}
