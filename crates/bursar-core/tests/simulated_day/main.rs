//! Simulates a day of the real engine, driver and databases with an in-memory provider. The wall clock follows the
//! runtime's paused clock, so 24 hours pass as fast as the machine can compute them. Something goes wrong every minute.
//! No payment or notice may be lost or reported twice, and no resource may grow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::float_arithmetic
)]

mod desktop;
mod provider;

use bursar_domain::clock::{Clock, Span};
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::Status;
use bursar_engine::top_up::Phase;
use bursar_engine::{Event, PollTarget, Presence};
use desktop::{Desktop, Size, run};
use provider::{Fault, is_open};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;

const MINUTES: u32 = 24 * 60;

#[test]
fn survives_a_day_with_a_fault_a_minute() {
    let full = std::env::var("BURSAR_PROOFS").is_ok_and(|run| run == "full");
    let days: u64 = if full { 10 } else { 1 };
    let mut summaries = Vec::new();
    let mut faults = 0;
    for seed in 0..days {
        let (count, story) = run(async move { day(seed).await });
        faults += count;
        summaries.push(story);
    }
    println!(
        "proof: {{\"tried\": {faults}, \"failed\": 0, \"notes\": \"{days} days of 24 h, a fault a minute; the last: {}\"}}",
        summaries.last().unwrap()
    );
}

/// Simulates one day. Returns the number of faults and a summary of the figures.
async fn day(seed: u64) -> (u32, String) {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut desktop = Desktop::new(seed).await;
    let mut early = Vec::new();
    let mut late = Vec::new();
    for minute in 0..MINUTES {
        desktop.calm_down().await;
        mishap(&mut desktop, &mut random).await;
        if minute % 7 == 3 {
            desktop.start_top_up(1_000 + i64::from(minute)).await;
        }
        if minute % 2 == 0 {
            desktop.provider.move_on(false);
        }
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        match minute {
            0..120 => {}
            120..240 => early.push(desktop.size()),
            1_320..MINUTES => late.push(desktop.size()),
            _ => {}
        }
    }
    desktop.calm_down().await;
    desktop.settle().await;
    check_end(&desktop, seed);
    // Each of the two periods has a sample for every one of its 120 minutes.
    let [early, late] = [early, late].map(|seen| seen.into_iter().reduce(Size::and).unwrap());
    early.must_hold(late);
    let seen = desktop.provider.seen();
    assert!(
        seen.payments.len() > 40,
        "too little happened: {}",
        seen.payments.len()
    );
    (
        MINUTES,
        format!(
            "{} top-ups, {} calls, {late}",
            seen.payments.len(),
            seen.calls
        ),
    )
}

/// Picks a random disturbance for the next minute.
async fn mishap(desktop: &mut Desktop, random: &mut SmallRng) {
    match random.random_range(0..100) {
        0..12 => desktop.provider.fault(Fault::Refused),
        12..24 => desktop.provider.fault(Fault::Silent),
        24..34 => desktop.provider.fault(Fault::Broken),
        34..42 => desktop.provider.fault(Fault::Busy),
        42..58 => desktop.provider.fault(Fault::Lost),
        58..66 => desktop.provider.fault(Fault::Slow),
        66..74 => desktop.refuse_commits(),
        74..82 => desktop.driver().broadcast(Event::Online(false)),
        82..91 => desktop.restart().await,
        91..94 => desktop
            .driver()
            .broadcast(Event::Presence(Presence::Focused)),
        94..97 => desktop
            .driver()
            .link("org.bursar.desktop://top-up/return?state=nobody"),
        97 => desktop.clock.sleep(Span::hours(8)),
        98 => desktop
            .clock
            .move_by(Span::minutes(random.random_range(-90..90))),
        _ => desktop.driver().broadcast(Event::ClockJumped),
    }
}

/// The provider and the app must know the same payments, each exactly once.
fn check_end(desktop: &Desktop, seed: u64) {
    let seen = desktop.provider.seen();
    assert_eq!(seen.asked_twice, 0, "day {seed}: one intent, two requests");
    // Both the search for open top-ups and the history sync read these lists, and requests of an ended run may still be
    // open.
    for (endpoint, most) in &seen.most_flying {
        let one_by_one = !matches!(*endpoint, "pending" | "history");
        assert!(
            !one_by_one || *most <= 2,
            "day {seed}: {most} requests at once for {endpoint}"
        );
    }
    assert!(!seen.payments.iter().any(is_open), "day {seed}: {seen:?}");
    let kept = desktop.kept();
    let mut by_remote = BTreeMap::new();
    for top_up in &kept {
        assert!(!top_up.is_live(), "day {seed}: {top_up:?}");
        if let Some(remote) = &top_up.payment_id {
            assert!(
                by_remote.insert(remote.clone(), top_up).is_none(),
                "{remote} twice"
            );
        }
    }
    let notices = desktop.notices();
    for payment in &seen.payments {
        let Some(top_up) = by_remote.get(&payment.id) else {
            // The attempt that started this payment had ended before the app looked for the payment, so the payment is
            // in the history like any other.
            assert!(
                desktop.in_history(&payment.id),
                "day {seed}: {payment:?} is missing"
            );
            continue;
        };
        let fits = match payment.status {
            Status::Completed => top_up.phase == Phase::Completed,
            Status::Expired => top_up.phase == Phase::Expired,
            _ => false,
        };
        assert!(fits, "day {seed}: {payment:?} {top_up:?}");
        let completions = notices
            .iter()
            .filter(|one| one.kind == NoticeKind::Completed && one.subject == payment.id)
            .count();
        assert_eq!(
            completions,
            usize::from(payment.status == Status::Completed),
            "day {seed}: {payment:?}"
        );
    }
    for (notice, times) in desktop.popped() {
        assert_eq!(times, 1, "day {seed}: {notice:?} popped up {times} times");
    }
}

#[test]
fn notifies_once_about_a_top_up_that_ended_during_sleep() {
    run(async {
        let desktop = Desktop::new(1).await;
        desktop.start_top_up(2_500).await;
        desktop
            .until("the payment is open", |state| {
                state.top_ups.values().any(|t| t.phase == Phase::Open)
            })
            .await;
        // During sleep nothing on the machine runs, but the wall clock advances.
        desktop.provider.move_on(true);
        desktop.clock.sleep(Span::hours(8));
        let woke = tokio::time::Instant::now();
        desktop
            .until("the payment is completed", |state| {
                state.top_ups.values().any(|t| t.phase == Phase::Completed)
            })
            .await;
        assert!(
            woke.elapsed() <= std::time::Duration::from_secs(35),
            "{:?}",
            woke.elapsed()
        );
        desktop.settle().await;
        assert_eq!(desktop.notices().len(), 1);
        assert_eq!(desktop.popped().len(), 1);
    });
    println!("proof: {{\"tried\": 1, \"failed\": 0, \"notes\": \"8 h of sleep\"}}");
}

#[test]
fn polls_in_time_after_clock_moved_by_a_day() {
    for days in [1, -1] {
        run(async move {
            let desktop = Desktop::new(2).await;
            desktop.driver().broadcast(Event::Presence(Presence::Open));
            desktop
                .until("everything was read", |state| {
                    PollTarget::ALL
                        .iter()
                        .filter(|poll| {
                            **poll != PollTarget::Chain && **poll != PollTarget::OpenPayments
                        })
                        .all(|poll| state.last_success(*poll).is_some())
                })
                .await;
            desktop.start_top_up(2_500).await;
            desktop
                .until("the payment is open", |state| {
                    state.top_ups.values().any(|t| t.phase == Phase::Open)
                })
                .await;
            desktop.clock.move_by(Span::days(days));
            let moved = desktop.clock.now();
            desktop.provider.move_on(true);
            // Each kind of poll runs again by the new clock. None waits for the old time, however busy the app is.
            for _ in 0..16 * 60 {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                desktop.driver().broadcast(Event::Presence(Presence::Open));
            }
            let state = desktop.state();
            for poll in PollTarget::ALL {
                if matches!(poll, PollTarget::Chain | PollTarget::OpenPayments) {
                    continue;
                }
                let done = state.last_success(poll).unwrap();
                assert!(
                    done >= moved && done <= desktop.clock.now(),
                    "{days} days: {poll:?} was last read {done}, and it is {}",
                    desktop.clock.now()
                );
            }
            assert_eq!(desktop.notices().len(), 1);
        });
    }
    println!("proof: {{\"tried\": 2, \"failed\": 0, \"notes\": \"clock moved a day, both ways\"}}");
}

#[test]
fn resolves_unknown_outcome_in_time_after_clock_set_back() {
    run(async {
        let desktop = Desktop::new(3).await;
        desktop.provider.fault(Fault::Refused);
        desktop.start_top_up(2_500).await;
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        desktop.clock.move_by(Span::days(-1));
        desktop.provider.fault(Fault::None);
        let moved = tokio::time::Instant::now();
        desktop
            .until("the payment is known not to have started", |state| {
                !state.has_live()
            })
            .await;
        assert!(
            moved.elapsed() <= std::time::Duration::from_secs(300),
            "{:?}",
            moved.elapsed()
        );
        assert_eq!(desktop.kept()[0].phase, Phase::NotStarted);
    });
    println!("proof: {{\"tried\": 1, \"failed\": 0, \"notes\": \"\"}}");
}
