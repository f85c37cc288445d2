//! What is said of figures, and of what is not known.

use super::*;
use crate::chain::Reading;
use crate::engine::Disagreement;
use crate::provider::ApiBalance;
use crate::provider::Rules;
use crate::view::PaymentKind;

#[tokio::test]
async fn nothing_open_and_not_knowing_are_told_apart() {
    let stage = Stage::set(Fluence::default()).await;
    let connection = stage.bursar.connection(&stage.account).unwrap();
    let unknown = |status: &Status| {
        status
            .errors
            .iter()
            .any(|error| error.code == Code::TopUpsUnknown)
    };
    let known = live_status(&connection, None, stage.clock.now()).await;
    assert!(known.pending.is_none() && !unknown(&known));
    stage.provider.lock().unwrap().pending_down = true;
    let down = live_status(&connection, None, stage.clock.now()).await;
    assert!(down.pending.is_none() && unknown(&down));
    stage.bursar.sign_out(stage.account.clone()).await.unwrap();
    let signed_out = live_status(&connection, None, stage.clock.now()).await;
    assert!(unknown(&signed_out));
}

/// A panel lists as open whatever has not ended.
#[tokio::test]
async fn only_a_top_up_is_called_an_open_top_up() {
    use super::panel::{Panel, payment};
    use super::panel_paying::RENEWAL;
    let stage = Stage::set(Panel::default()).await;
    let now = stage.clock.now();
    let top_up = r#"{"kind":"top_up"}"#;
    let connection = stage.bursar.connection(&stage.account).unwrap();
    let status = async |payments: Vec<String>| {
        stage.provider.lock().unwrap().payments = payments;
        live_status(&connection, None, stage.clock.now()).await
    };
    let kinds = |status: &Status| {
        status
            .other_payments
            .iter()
            .map(|other| other.kind)
            .collect::<Vec<_>>()
    };
    let going_back = payment("r1", "waiting_refund", top_up, "20.00", now);
    let renewed = payment("n1", "new", RENEWAL, "54.00", now);
    let none = status(vec![going_back.clone(), renewed.clone()]).await;
    assert!(none.pending.is_none(), "{none:?}");
    assert_eq!(kinds(&none), [PaymentKind::Refund, PaymentKind::Renewal]);

    let open = payment("t1", "new", top_up, "30.00", now.minus(Span::minutes(5)));
    let one = status(vec![going_back, renewed, open]).await;
    assert_eq!(one.pending.as_ref().unwrap().id, "t1", "{one:?}");
    assert_eq!(one.pending.as_ref().unwrap().amount.to_decimal(), "30.00");
    assert_eq!(kinds(&one).len(), 2);
}

fn look(chain: i64, api: i64, at: Timestamp) -> Known {
    let usdc = |cents| Amount::from_cents(cents, Currency::usdc());
    Known {
        reading: Some(Reading {
            block: 1,
            block_hash: Default::default(),
            block_time: at,
            read_at: at,
            free: usdc(chain),
            reserved: usdc(0),
            held: usdc(0),
            frozen: false,
        }),
        chain_answers: true,
        api: Some((
            ApiBalance {
                balance: usdc(api),
                daily_usage: Some(usdc(100)),
                days_left: None,
            },
            at,
        )),
        api_answers: true,
    }
}

#[test]
fn two_figures_differ_only_once_two_looks_say_so() {
    let now = SystemClock.now();
    let ago = |span| now.minus(span);
    let differs = look(1_000, 2_000, now);
    let none = Known::default();
    assert_eq!(look(1_000, 1_100, now).settled(&none, now), Some(true));
    assert_eq!(differs.settled(&none, now), None);
    for (earlier, expected) in [
        (look(1_000, 2_000, ago(Span::seconds(119))), None),
        (look(1_000, 2_000, ago(Span::minutes(2))), Some(false)),
        (look(1_000, 1_050, ago(Span::minutes(2))), None),
        (look(1_000, 2_000, ago(Span::days(2))), None),
    ] {
        assert_eq!(differs.settled(&earlier, now), expected);
    }
    let mut state = State::new(
        AccountId::random(),
        now,
        Setup {
            rules: Rules::default(),
            signed_in: true,
            watched: None,
        },
        Vec::new(),
        now,
    );
    for (disagreement, expected) in [
        (Disagreement::Unknown, None),
        (Disagreement::Agree, Some(true)),
        (Disagreement::Once(now), None),
        (Disagreement::Disagree, Some(false)),
    ] {
        state.disagreement = disagreement;
        assert_eq!(reading::agrees(&state), expected);
    }
}

#[tokio::test]
async fn a_month_without_spending_is_none_in_the_accounts_own_currency() {
    let stage = Stage::set(super::panel::Panel::default()).await;
    stage.bursar.presence(Presence::Focused);
    let both = |state: &State| state.api.is_some() && state.done_at(Poll::Charges).is_some();
    stage.until("balance and charges are read", both).await;
    let overview = || stage.bursar.overview(stage.account.clone());
    let told = overview().await.unwrap();
    let usd = Amount::zero(Currency::new("USD").unwrap());
    assert_eq!(told.charges.len(), 30);
    assert!(
        told.charges.iter().all(|day| day.amount == usd),
        "{:?}",
        told.charges
    );
}
