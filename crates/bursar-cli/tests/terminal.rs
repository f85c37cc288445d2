//! The program as a shell runs it: what it reads, what it does if it cannot write, and how it ends.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use bursar_core::error::AccountDetail;
use bursar_l10n::{Language, Medium, Texts, text};
use serde_json::{Value, json};
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

fn english() -> Texts {
    Texts::new(Language::English, Medium::Terminal)
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
fn lists_charges_by_resource() {
    let yesterday = "2026-01-30".to_owned();
    let home = TestHome::connect(Provider {
        charges: vec![(now()[..10].to_owned(), "0.50"), (yesterday, "9.00")],
        ..filled()
    });
    let read = home.run(&["charges", "--by", "resource", "--json"]);
    let rows = json(&read);
    assert_eq!((code(&read), rows.len()), (0, 1), "{read:?}");
    let expected = [
        ("resource", "r-1"),
        ("name", "=web"),
        ("kind", "machine"),
        ("amount", "0.50"),
        ("currency", "USDC"),
        ("account", "Work"),
    ];
    assert_eq!(rows[0].as_object().unwrap().len(), expected.len());
    for (field, value) in expected {
        assert_eq!(rows[0][field], value, "{field}");
    }
    let csv = home.run(&["charges", "--by", "resource", "--csv", "--offline"]);
    assert_eq!(
        out(&csv),
        "resource,name,kind,amount,currency,account\r\nr-1,'=web,machine,0.50,USDC,Work\r\n"
    );
    let people = home.run(&["charges", "--by", "resource", "--offline"]);
    let kind = text!(english(), terminal_resource_kind, kind = "machine");
    assert_eq!((code(&people), out(&people).lines().count()), (0, 1));
    for word in ["=web", kind.as_str(), "0.50"] {
        assert!(out(&people).contains(word), "{word}: {people:?}");
    }
    let none = home.run(&[
        "charges",
        "--by",
        "resource",
        "--offline",
        "--to",
        "2026-01-01",
    ]);
    assert_eq!((code(&none), out(&none)), (0, String::new()));
}

#[test]
fn status_as_a_table_says_what_is_owed() {
    let home = TestHome::connect(filled());
    let cells = |output: &Output| -> Vec<(String, String)> {
        let text = out(output);
        let mut lines = text.split_terminator("\r\n").map(|line| line.split(','));
        let (head, row) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(lines.next().is_none(), "{text}");
        let pairs = head.zip(row).filter(|(head, _)| *head != "as_of");
        pairs
            .map(|(head, cell)| (head.to_owned(), cell.to_owned()))
            .collect()
    };
    let expected = |row: [&str; 10]| -> Vec<(String, String)> {
        let head =
            "account,network,stale,balance,currency,source,block,owed,owed_currency,days_left";
        let pairs = head.split(',').zip(row);
        pairs
            .map(|(head, cell)| (head.to_owned(), cell.to_owned()))
            .collect()
    };
    let read = home.run(&["status", "--csv"]);
    assert_eq!(code(&read), 0, "{read:?}");
    let row = [
        "Work", "t", "false", "100", "USDC", "api", "", "", "", "100",
    ];
    assert_eq!(cells(&read), expected(row));
    assert!(out(&read).starts_with("account,network,as_of,stale,"));

    home.provider.lock().unwrap().balance = Some("-3.50");
    let owing = home.run(&["status", "--csv"]);
    assert_eq!(code(&owing), 0, "{owing:?}");
    let row = [
        "Work", "t", "false", "0", "USDC", "api", "", "3.50", "USDC", "100",
    ];
    assert_eq!(cells(&owing), expected(row));
    let line: Value = serde_json::from_slice(&home.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(line["owed"], json!({"amount": "3.50", "currency": "USDC"}));

    // What is unknown is empty, and why is on standard error.
    home.provider
        .lock()
        .unwrap()
        .broken
        .insert("/v2/users/balances");
    let stale = home.run(&["status", "--csv"]);
    let seen = cells(&stale);
    assert!(seen.contains(&("stale".to_owned(), "true".to_owned())));
    assert!(seen.contains(&("owed".to_owned(), "3.50".to_owned())));
    assert!(!err(&stale).is_empty());
}

#[test]
fn account_is_added_with_the_date_on_which_its_key_expires() {
    let home = TestHome::connect(Provider::default());
    home.run(&["account", "remove", "Work"]);
    let add = |date| {
        home.run(&[
            "account",
            "add",
            "fluence",
            "--network",
            "t",
            "--key-expires",
            date,
        ])
    };
    for (date, detail) in [
        ("31.1.2099", AccountDetail::KeyExpiryMalformed),
        ("2020-01-31", AccountDetail::KeyExpiryOver),
    ] {
        let refused = add(date);
        assert_eq!(code(&refused), 2, "{refused:?}");
        let said = english().detail(&detail.into());
        assert!(err(&refused).contains(&said), "{refused:?}");
    }
    let added = add("2099-01-31");
    assert_eq!(code(&added), 0, "{added:?}");
    // A copy is made of each change of an account, so all of it is in that file.
    let copy = std::fs::read(home.folder.path().join("home/bursar.db.bak")).unwrap();
    let kept = copy.windows(10).any(|bytes| bytes == b"2099-01-31");
    assert!(kept, "the date is not stored");
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
const COMMANDS: [&[&str]; 15] = [
    &["status"],
    &["status", "--json"],
    &["status", "--csv"],
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
        // The time may be up after the top-up was started and before its request has arrived.
        let started = posted || code(&ended) == 4;
        let expected = if started { 4 } else { 1 };
        assert_eq!(code(&ended), expected, "{silent:?} {ended:?}");
        if started {
            assert!(out(&ended).contains("still in progress"), "{ended:?}");
        } else {
            let words = text!(english(), terminal_time_up);
            assert!(err(&ended).contains(&words), "{ended:?}");
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
    assert!(out(&refused).contains("no money was added"), "{refused:?}");
}

/// Runs the program in a language that the system's user prefers.
fn in_language(home: &TestHome, language: &str, arguments: &[&str]) -> Output {
    let mut command = home.command(arguments);
    command.env("LC_ALL", format!("{language}.UTF-8"));
    command.output().unwrap()
}

#[test]
fn language_is_the_one_of_the_settings_or_else_of_the_system() {
    let home = TestHome::connect(filled());
    let synced =
        |texts: &Texts| format!("{}\n", text!(texts, terminal_up_to_date, account = "Work"));
    let german = Texts::new(Language::German, Medium::Terminal);
    let spanish = Texts::new(Language::Spanish, Medium::Terminal);
    assert_eq!(
        out(&in_language(&home, "de_DE", &["sync"])),
        synced(&german)
    );
    assert_eq!(
        out(&in_language(&home, "fr_FR", &["sync"])),
        synced(&english())
    );
    let settings = home.folder.path().join("home/settings.json");
    std::fs::write(&settings, r#"{"settings":{"language":"es"}}"#).unwrap();
    assert_eq!(
        out(&in_language(&home, "de_DE", &["sync"])),
        synced(&spanish)
    );

    // The home on the command line counts, and reading its language leaves the file as it is.
    let help = text!(german, terminal_usage_heading);
    let other = home.folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("settings.json"), "damaged").unwrap();
    let arguments = ["--home", other.to_str().unwrap(), "--help"];
    assert!(out(&in_language(&home, "de_DE", &arguments)).contains(&help));
    assert_eq!(
        std::fs::read(other.join("settings.json")).unwrap(),
        b"damaged"
    );
}

/// Programs read these, so they are the same bytes in every language.
#[test]
fn json_csv_and_exports_do_not_vary_with_the_language() {
    let home = TestHome::connect(filled());
    assert_eq!(code(&home.run(&["sync"])), 0);
    home.provider.lock().unwrap().broken = ["/v2/top-ups", "/v2/top-ups/pending"].into();
    let file = home.folder.path().join("export");
    let path = file.to_str().unwrap();
    let commands: [&[&str]; 7] = [
        &["history", "--offline", "--json"],
        &["history", "--offline", "--csv"],
        &["charges", "--offline", "--json"],
        &["charges", "--offline", "--csv"],
        &["history", "--offline", "--json", "--output", path],
        &["history", "--offline", "--csv", "--output", path],
        &["charges", "--offline", "--csv", "--output", path],
    ];
    let written = |language, arguments: &[&str]| {
        let output = in_language(&home, language, arguments);
        assert_eq!(code(&output), 0, "{output:?}");
        let exported = std::fs::read(&file).unwrap_or_default();
        (output.stdout, exported)
    };
    for arguments in commands {
        let english = written("en_GB", arguments);
        assert!(
            !english.0.is_empty() || !english.1.is_empty(),
            "{arguments:?}"
        );
        for language in ["de_DE", "es_ES"] {
            assert_eq!(written(language, arguments), english, "{arguments:?}");
        }
    }

    // The status has errors in words, which are English there.
    let errors = |language| {
        let output = in_language(&home, language, &["status", "--json"]);
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        status["errors"].clone()
    };
    assert!(!errors("en_GB")[0]["message"].as_str().unwrap().is_empty());
    assert_eq!(errors("de_DE"), errors("en_GB"));
}

#[test]
fn each_account_uses_the_key_of_its_name() {
    let home = TestHome::connect(filled());
    let other = TestHome::connect(filled());
    let file = other.folder.path().join("network.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"t\"", "\"other\"")).unwrap();
    let keys = r#"{"Work": "flk_work", "Home": "flk_home"}"#;
    let run = |keys: &str, arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env_remove("BURSAR_API_KEY");
        command.env("BURSAR_API_KEYS", keys).output().unwrap()
    };
    let network = file.to_str().unwrap();
    let add = [
        "account",
        "add",
        "fluence",
        "--network",
        network,
        "--label",
        "Home",
    ];
    let added = run(keys, &add);
    assert_eq!(code(&added), 0, "{added:?}");
    for provider in [&home.provider, &other.provider] {
        provider.lock().unwrap().keys.clear();
    }

    let status = run(keys, &["status", "--json"]);
    let balances: Vec<Value> = out(&status)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["balance"]["amount"].clone())
        .collect();
    assert_eq!(balances, ["100", "100"], "{status:?}");
    let synced = run(keys, &["sync"]);
    assert_eq!(code(&synced), 0, "{synced:?}");
    for (provider, key) in [(&home.provider, "flk_work"), (&other.provider, "flk_home")] {
        let seen: Vec<String> = provider.lock().unwrap().keys.iter().cloned().collect();
        assert_eq!(seen, [key]);
    }

    let refused = run("flk_canary", &["status"]);
    assert_eq!(code(&refused), 2, "{refused:?}");
    let said = err(&refused);
    assert!(
        said.contains("BURSAR_API_KEYS") && !said.contains("canary"),
        "{said}"
    );
}
