//! The program as a shell runs it: what it reads, what it does if it cannot write, and how it ends.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use std::process::Output;
use std::time::Duration;
use support::{Provider, TestHome, now};

fn filled() -> Provider {
    Provider {
        history: (0..3).map(|n| format!("payment-{n}")).collect(),
        charges: vec![(now()[..10].to_owned(), "0.50")],
        ..Provider::default()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn commands_read_what_is_missing() {
    let home = TestHome::connect(filled());
    let stored = home.run(&["history", "--offline", "--json"]);
    assert_eq!((code(&stored), json(&stored).len()), (0, 0), "{stored:?}");
    assert!(
        home.provider.lock().unwrap().asked.is_empty(),
        "`--offline` sends no requests"
    );

    let read = home.run(&["history", "--json"]);
    assert_eq!((code(&read), json(&read).len()), (0, 3), "{read:?}");
    let charges = home.run(&["charges", "--json"]);
    let days = json(&charges);
    assert_eq!((code(&charges), days.len()), (0, 1), "{charges:?}");
    assert_eq!(days[0]["amount"], "0.50");
    assert_eq!(days[0]["currency"], "USDC");
    assert_eq!(days[0]["account"], "Work");

    home.provider
        .lock()
        .unwrap()
        .history
        .insert(0, "payment-new".to_owned());
    let synced = home.run(&["sync"]);
    assert_eq!(
        (code(&synced), out(&synced).as_str()),
        (0, "Work is up to date.\n"),
        "{synced:?}"
    );
    home.forget_asked();
    for (arguments, lines) in [
        (vec!["history", "--offline", "--csv"], 5),
        (vec!["history", "--offline"], 4),
        (vec!["charges", "--offline", "--csv", "--by", "day"], 2),
        (vec!["charges", "--offline"], 1),
    ] {
        let output = home.run(&arguments);
        assert_eq!(
            (code(&output), out(&output).lines().count()),
            (0, lines),
            "{output:?}"
        );
    }
    assert!(home.provider.lock().unwrap().asked.is_empty());
}

#[test]
fn date_is_a_day_in_the_time_zone() {
    // All payments are dated 12:00 UTC on the last day of January.
    let home = TestHome::connect(filled());
    assert_eq!(code(&home.run(&["sync"])), 0);
    for (zone, january, february) in [
        ("UTC", 3, 0),
        ("Europe/Berlin", 3, 0),
        ("Pacific/Kiritimati", 0, 3),
        ("XYZ-14", 0, 3),
        ("America/Los_Angeles", 3, 0),
        ("No/Such_Zone", 3, 0),
    ] {
        for (option, date, lines) in [
            ("--from", "2026-02-01", february),
            ("--to", "2026-01-31", january),
        ] {
            let output = home
                .command(&["history", "--offline", "--json", option, date])
                .env("TZ", zone)
                .output()
                .unwrap();
            assert_eq!(
                (code(&output), json(&output).len()),
                (0, lines),
                "{zone} {option} {output:?}"
            );
        }
    }
    let wrong = home.run(&["history", "--offline", "--from", "31.1.2026"]);
    assert_eq!(code(&wrong), 2, "{wrong:?}");
}

#[test]
fn distinguishes_an_unreadable_list_from_an_empty_one() {
    let home = TestHome::connect(Provider {
        broken: ["/v2/top-ups", "/v2/top-ups/pending"].into(),
        ..filled()
    });
    for arguments in [&["history"][..], &["history", "--json"], &["sync"]] {
        let output = home.run(arguments);
        assert_eq!(code(&output), 1, "{output:?}");
        assert!(
            err(&output).contains("[provider_unavailable]"),
            "{output:?}"
        );
    }
    home.provider.lock().unwrap().broken.clear();
    assert_eq!(code(&home.run(&["history"])), 0);
    home.provider.lock().unwrap().broken.insert("/v2/top-ups");
    let stale = home.run(&["history", "--json"]);
    assert_eq!(
        (code(&stale), json(&stale).len()),
        (0, 3),
        "stored data is shown"
    );
    assert!(
        !err(&stale).is_empty(),
        "a warning says that the data may be old"
    );

    let nowhere = TestHome::connect(Provider::default());
    for arguments in [&["history"][..], &["charges"], &["sync"], &["status"]] {
        let output = nowhere
            .command(arguments)
            .env("BURSAR_HOME", nowhere.folder.path().join("other"))
            .output()
            .unwrap();
        assert_eq!(code(&output), 1, "{output:?}");
        assert!(
            !nowhere.folder.path().join("other").exists(),
            "reading creates no home"
        );
    }
}

/// Every command that writes something.
const COMMANDS: [&[&str]; 14] = [
    &["status"],
    &["status", "--json"],
    &["history", "--offline"],
    &["history", "--offline", "--csv"],
    &["history", "--offline", "--json"],
    &["history", "--offline", "--csv", "--output", "-"],
    &["history", "--offline", "--csv", "--output", "/dev/stdout"],
    &["charges", "--offline"],
    &["charges", "--offline", "--csv"],
    &["charges", "--offline", "--json"],
    &["account", "list"],
    &["networks"],
    &["--help"],
    &["--version"],
];

#[test]
fn fails_if_output_cannot_be_written() {
    let home = TestHome::connect(filled());
    assert_eq!(code(&home.run(&["sync"])), 0);
    for arguments in COMMANDS {
        let output = home.run_on_full(arguments);
        assert_eq!(code(&output), 1, "{arguments:?} {output:?}");
        assert!(
            err(&output).contains("disk is full"),
            "{arguments:?} {output:?}"
        );
    }
}

#[test]
fn succeeds_if_the_reader_closes_the_pipe() {
    let home = TestHome::connect(filled());
    assert_eq!(code(&home.run(&["sync"])), 0);
    for arguments in COMMANDS {
        let output = home.run_unread(arguments);
        assert_eq!(
            (code(&output), err(&output).as_str()),
            (0, ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn at_most_limits_every_wait() {
    for silent in [
        &["/v2/payment-methods"][..],
        &["/v2/top-ups"],
        &["/v2/top-ups/pending"],
        &["/v1/users/me"],
        &["/v2/users/balances"],
        &[
            "/v2/top-ups",
            "/v2/top-ups/pending",
            "/v1/users/me",
            "/v2/payment-methods",
        ],
    ] {
        let home = TestHome::connect(Provider {
            starts_as: Some("open"),
            ..filled()
        });
        home.provider.lock().unwrap().silent = silent.iter().copied().collect();
        let (ended, took) = home.timed(&["top-up", "25", "--no-open", "--wait", "--at-most", "2"]);
        assert!(took < Duration::from_secs(5), "{silent:?}: {took:?}");
        let posted = home
            .provider
            .lock()
            .unwrap()
            .asked
            .iter()
            .any(|asked| asked == "POST /v2/top-ups");
        let expected = if posted { 4 } else { 1 };
        assert_eq!(code(&ended), expected, "{silent:?} {ended:?}");
        if posted {
            assert!(out(&ended).contains("still open"), "{ended:?}");
        } else {
            assert!(err(&ended).contains("No top-up was started"), "{ended:?}");
        }
    }
}

#[test]
fn top_up_exit_status_reports_the_outcome() {
    let home = TestHome::connect(Provider {
        starts_as: Some("open"),
        ..filled()
    });
    let opened = home.run(&["top-up", "25", "--no-open"]);
    assert_eq!(
        (code(&opened), out(&opened).as_str()),
        (0, "http://127.0.0.1:4/made\n"),
        "{opened:?}"
    );

    // No program received the address of the payment page.
    for unwritten in [TestHome::run_on_full, TestHome::run_unread] {
        let home = TestHome::connect(Provider {
            starts_as: Some("open"),
            ..filled()
        });
        let output = unwritten(&home, &["top-up", "25", "--no-open"]);
        assert_eq!(code(&output), 4, "{output:?}");
        assert!(err(&output).contains("[file_failed]"), "{output:?}");
    }

    let home = TestHome::connect(Provider {
        starts_as: Some("failed"),
        ..filled()
    });
    let refused = home.run(&["top-up", "25", "--no-open", "--wait", "--at-most", "30"]);
    assert_eq!(code(&refused), 3, "{refused:?}");
    assert!(out(&refused).contains("ended without money"), "{refused:?}");
}
