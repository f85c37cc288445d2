//! Checks that every order of events leaves the same secret in the session and in the keyring.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Event {
    KeyringUnavailable,
    KeyringAvailable,
    SignIn(u8),
    SessionOnlySignIn(u8),
    Renewal,
    SignOut,
    WritePending,
    PlannedRemoval,
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::KeyringUnavailable),
        Just(Event::KeyringAvailable),
        any::<u8>().prop_map(Event::SignIn),
        any::<u8>().prop_map(Event::SessionOnlySignIn),
        Just(Event::Renewal),
        Just(Event::SignOut),
        Just(Event::WritePending),
        Just(Event::PlannedRemoval),
    ]
}

async fn check(events: Vec<Event>) {
    let keyring = FlakyKeyring::new();
    let one = session(&keyring.secret_store);
    let mut current: Option<String> = None;
    // `None` after a sign-in for the session only: the test then expects nothing particular in the keyring.
    let mut stored: Option<Option<String>> = Some(None);
    let mut renewals = 0;
    for event in events {
        match event {
            Event::KeyringUnavailable => keyring.set_unavailable(true),
            Event::KeyringAvailable => keyring.set_unavailable(false),
            Event::SignIn(number) => {
                let _ = one.set_and_keep(key(&format!("k{number}"))).await;
                current = Some(format!("k{number}"));
                stored = Some(current.clone());
            }
            Event::SessionOnlySignIn(number) => {
                one.set_credential(key(&format!("s{number}")), true)
                    .await
                    .unwrap();
                current = Some(format!("s{number}"));
                stored = None;
            }
            Event::Renewal if current.is_some() => {
                renewals += 1;
                one.replace(key(&format!("r{renewals}"))).await;
                current = Some(format!("r{renewals}"));
                stored = stored.map(|_| current.clone());
            }
            Event::Renewal => {}
            Event::SignOut => {
                let _ = one.sign_out().await;
                current = None;
                stored = Some(None);
            }
            Event::WritePending => drop(one.write_pending().await),
            Event::PlannedRemoval => {
                let _ = one.remove_stored().await;
            }
        }
        let authorized = one.authorize(header).ok().map(|(_, value)| value);
        assert_eq!(authorized, current);
    }
    keyring.set_unavailable(false);
    one.write_pending().await.unwrap();
    if let Some(stored) = stored {
        let kept = keyring.kept();
        match stored {
            Some(stored) => assert!(kept.unwrap().contains(&format!("\"{stored}\""))),
            None => assert_eq!(kept, None),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_event_order_leaves_the_same_secret(events in prop::collection::vec(any_event(), 1..16)) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(check(events));
    }
}
