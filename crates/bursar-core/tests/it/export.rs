//! Exports contain what the list shows, can be read back unchanged, run no formulas in a spreadsheet, and appear
//! completely or not at all.

use alloy_primitives::B256;
use bursar_core::export::{self, Exported, Format, Labels};
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, EventKind};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, FileDetail};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::paid_for::PaidPeriod;
use bursar_domain::payment::{Documents, Purpose, RemotePayment, RenewalItem, Status};
use bursar_domain::view::{PaymentQuery, PaymentView};
use bursar_store::History;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_769_860_800_000);

#[test]
fn json_matches_the_list() {
    let (home, history) = history(40);
    let target = home.path().join("payments.json");
    let listed = history
        .payments(&PaymentQuery::default(), None, 100)
        .unwrap()
        .payments;
    assert_eq!(whole(&history, Format::Json, &target), 40);
    let read: Vec<PaymentView> = serde_json::from_slice(&fs::read(&target).unwrap()).unwrap();
    assert_eq!(read, listed);

    whole(&history, Format::JsonLines, &target);
    let text = fs::read_to_string(&target).unwrap();
    let read: Vec<PaymentView> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(read, listed);
}

#[test]
fn empty_history_is_valid_file_of_each_format() {
    let (home, history) = history(0);
    let target = home.path().join("payments");
    whole(&history, Format::Json, &target);
    assert_eq!(
        serde_json::from_slice::<Vec<PaymentView>>(&fs::read(&target).unwrap()).unwrap(),
        []
    );
    whole(&history, Format::Csv, &target);
    assert_eq!(fs::read_to_string(&target).unwrap().lines().count(), 1);
}

#[test]
fn csv_is_exact_and_contains_no_formulas() {
    let (home, history) = history(0);
    let account = AccountId::random();
    let sources = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "a,\"b\"\nc",
        "plain",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "﹦1+1",
        " =1+1",
        "\u{a0}=1+1",
        "\u{200b}＝1+1",
        "\u{feff}=1+1",
        " \t@x",
        "−1",
        " plain",
        "a=1",
    ];
    for (n, source) in sources.iter().enumerate() {
        let with = RemotePayment {
            source: Some((*source).into()),
            ..payment(i64::try_from(n).unwrap())
        };
        history.put_payments(&account, &[with]).unwrap();
    }
    let refund = RemotePayment {
        amount: usdc("-3.50"),
        id: "=cmd".into(),
        ..payment(99)
    };
    history.put_payments(&account, &[refund]).unwrap();
    let renewal = RemotePayment {
        purpose: Purpose::Renewal {
            items: vec![RenewalItem {
                service: "srv".into(),
                period: None,
                name: "@web".into(),
                paid_period: Some(PaidPeriod::Months(1)),
            }],
        },
        documents: Documents {
            number: Some("2026-000119".into()),
            payer: Some("=Dana".into()),
            method: Some("Visa".into()),
            has_invoice: true,
        },
        ..payment(50)
    };
    history.put_payments(&account, &[renewal]).unwrap();
    let target = home.path().join("payments.csv");
    whole(&history, Format::Csv, &target);
    assert!(fs::read(&target).unwrap().ends_with(b"\r\n"));
    let mut sheet = csv::Reader::from_path(&target).unwrap();
    let head = sheet.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|each| each == name).unwrap();
    let rows: Vec<csv::StringRecord> = sheet.records().collect::<Result<_, _>>().unwrap();
    let shown_sources: Vec<&str> = rows.iter().map(|row| &row[column("source")]).collect();
    assert_eq!(
        shown_sources,
        [
            "'=1+1",
            "'+1",
            "'-1",
            "'@SUM(A1)",
            "'\tx",
            "'\rx",
            "a,\"b\"\nc",
            "plain",
            "'＝1+1",
            "'＋1",
            "'－1",
            "'＠SUM(A1)",
            "'﹦1+1",
            "' =1+1",
            "'\u{a0}=1+1",
            "'\u{200b}＝1+1",
            "'\u{feff}=1+1",
            "' \t@x",
            "'−1",
            " plain",
            "a=1",
            "",
            ""
        ]
    );
    let documents: Vec<&str> = ["kind", "purpose", "payer", "method", "number"]
        .iter()
        .map(|name| &rows[sources.len()][column(name)])
        .collect();
    assert_eq!(
        documents,
        [
            "renewal",
            "'@web (1 month)",
            "'=Dana",
            "Visa",
            "2026-000119"
        ]
    );
    let first = &rows[0];
    assert_eq!(&first[column("created")], "2026-01-31T12:00:00Z");
    assert_eq!(
        (&first[column("amount")], &first[column("currency")]),
        ("25.00", "USDC")
    );
    assert_eq!(
        (&first[column("fee")], &first[column("status")]),
        ("0.25", "completed")
    );
    assert_eq!(
        (&first[column("kind")], &first[column("verified")]),
        ("top_up", "no")
    );
    let last = rows.last().unwrap();
    assert_eq!(
        (&last[column("id")], &last[column("amount")]),
        ("'=cmd", "-3.50")
    );
}

#[test]
fn export_contains_no_internal_ids() {
    let (home, history) = history(0);
    let account = AccountId::random();
    history.put_payments(&account, &[payment(1)]).unwrap();
    let transaction = B256::repeat_byte(0x0b);
    let credit = BalanceEvent {
        kind: EventKind::Credit {
            top_up_id: String::new(),
        },
        amount: usdc("3.50"),
        transaction,
        log_index: 1,
        block: 9,
        block_hash: B256::repeat_byte(9),
        block_time: NOW,
    };
    let batch = EventBatch {
        events: vec![credit],
        from: 1,
        to: 9,
        to_hash: B256::repeat_byte(9),
    };
    history.put_events(&account, &batch).unwrap();
    let target = home.path().join("payments.csv");
    let labels = Labels::from([(account.clone(), "=Main".to_owned())]);
    export::write(
        &history,
        &PaymentQuery::default(),
        &labels,
        Format::Csv,
        &target,
        &AtomicBool::new(false),
    )
    .unwrap();
    let text = fs::read_to_string(&target).unwrap();
    assert!(!text.contains("chain:"), "{text}");
    assert!(!text.contains(&account.to_string()), "{text}");
    let mut sheet = csv::Reader::from_path(&target).unwrap();
    let head = sheet.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|each| each == name).unwrap();
    let rows: Vec<_> = sheet.records().map(Result::unwrap).collect();
    let cells = |name: &str| -> Vec<&str> { rows.iter().map(|row| &row[column(name)]).collect() };
    assert_eq!(cells("account"), ["'=Main", "'=Main"]);
    assert_eq!(cells("id"), ["", "p1"]);
    assert_eq!(cells("transaction")[0], transaction.to_string());
}

#[test]
fn applies_filter_of_the_list() {
    let (home, history) = history(40);
    let target = home.path().join("payments.csv");
    let query = PaymentQuery {
        from: Some("2026-01-31".into()),
        ..PaymentQuery::default()
    };
    let lines = export::write(
        &history,
        &query,
        &Labels::new(),
        Format::Csv,
        &target,
        &AtomicBool::new(false),
    )
    .unwrap();
    assert_eq!(lines, u64::from(history.count(&query).unwrap()));
    assert!(lines > 0 && lines < 40);
}

#[test]
fn cancelled_export_keeps_existing_file() {
    let (home, history) = history(1_000);
    let target = home.path().join("payments.csv");
    fs::write(&target, "before").unwrap();
    let cancel = AtomicBool::new(false);
    let exported = export::to_file(
        &history,
        &PaymentQuery::default(),
        &Labels::new(),
        Format::Csv,
        &target,
        &cancel,
        |lines| {
            if lines > 100 {
                cancel.store(true, Ordering::Relaxed);
            }
        },
    );
    assert_eq!(exported.unwrap(), Exported::Cancelled);
    assert_eq!(fs::read_to_string(&target).unwrap(), "before");
    assert_eq!(leftovers(home.path()), 0);
}

#[test]
fn explains_a_path_that_cannot_be_written() {
    let (home, history) = history(1);
    let query = PaymentQuery::default();
    let cancel = AtomicBool::new(false);
    let nowhere = home.path().join("no such folder").join("payments.csv");
    let error = export::write(
        &history,
        &query,
        &Labels::new(),
        Format::Csv,
        &nowhere,
        &cancel,
    )
    .unwrap_err();
    assert_eq!(error.code, Code::FileFailed);
    assert!(error.detail.to_string().contains("payments.csv"));
    let error = export::write(
        &history,
        &query,
        &Labels::new(),
        Format::Csv,
        home.path(),
        &cancel,
    )
    .unwrap_err();
    assert_eq!(error.code, Code::FileFailed);
    assert_eq!(leftovers(home.path()), 0);
}

#[test]
fn keeps_pipes_devices_and_links() {
    let (home, history) = history(1_000);
    let at = |name: &str| home.path().join(name);
    let make = |name: &str, kind, device| {
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at(name),
            kind,
            rustix::fs::Mode::from_raw_mode(0o600),
            device,
        )
    };
    fs::write(at("file"), "before").unwrap();
    fs::set_permissions(at("file"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("file", at("link")).unwrap();
    assert_eq!(whole(&history, Format::Csv, &at("link")), 1_000);
    assert!(at("link").is_symlink());
    let written = fs::metadata(at("file")).unwrap();
    assert_eq!(written.mode() & 0o777, 0o600);
    let text = fs::read_to_string(at("file")).unwrap();
    assert_eq!(text.lines().count(), 1_001);

    make("pipe", rustix::fs::FileType::Fifo, 0).unwrap();
    let pipe = at("pipe");
    let reader = std::thread::spawn(move || {
        let open = fs::File::options().read(true).write(true).open(&pipe);
        // The pipe is open for reading and writing, so that the reader does not wait for a writer if the export
        // replaces the pipe.
        let mut read = String::new();
        let lines = BufReader::new(open.unwrap()).lines().take(1_001);
        lines.for_each(|line| read.push_str(&format!("{}\r\n", line.unwrap())));
        read.replace("\r\r", "\r")
    });
    whole(&history, Format::Csv, &at("pipe"));
    assert!(
        fs::symlink_metadata(at("pipe"))
            .unwrap()
            .file_type()
            .is_fifo()
    );
    assert_eq!(reader.join().unwrap(), text);

    if make(
        "null",
        rustix::fs::FileType::CharacterDevice,
        rustix::fs::makedev(1, 3),
    )
    .is_ok()
    {
        let never = AtomicBool::new(false);
        let _ = export::write(
            &history,
            &PaymentQuery::default(),
            &Labels::new(),
            Format::Csv,
            &at("null"),
            &never,
        );
        assert!(
            fs::symlink_metadata(at("null"))
                .unwrap()
                .file_type()
                .is_char_device()
        );
    }
    assert_eq!(leftovers(home.path()), 0);
}

#[test]
fn reports_full_disk_in_every_format() {
    let (_home, history) = history(400);
    for format in [Format::Csv, Format::Json, Format::JsonLines] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let error = export::to_stream(
            &history,
            &PaymentQuery::default(),
            &Labels::new(),
            format,
            full,
            "payments",
            &AtomicBool::new(false),
            |_| {},
        )
        .unwrap_err();
        assert_eq!(error.code, Code::FileFailed);
        let full = FileDetail::NoSpaceForFile {
            path: "payments".to_owned(),
        };
        assert_eq!(error.detail, full.into());
    }
}

fn whole(history: &History, format: Format, target: &Path) -> u64 {
    export::write(
        history,
        &PaymentQuery::default(),
        &Labels::new(),
        format,
        target,
        &AtomicBool::new(false),
    )
    .unwrap()
}

fn leftovers(folder: &Path) -> usize {
    fs::read_dir(folder)
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .contains(".part")
        })
        .count()
}

fn history(count: i64) -> (TempDir, History) {
    let home = TempDir::new().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let payments: Vec<RemotePayment> = (0..count).map(payment).collect();
    history
        .put_payments(&AccountId::random(), &payments)
        .unwrap();
    (home, history)
}

fn payment(n: i64) -> RemotePayment {
    let at = NOW.minus(Span::hours(n));
    RemotePayment {
        fee: Some(usdc("0.25")),
        updated_at: NOW,
        ..RemotePayment::top_up(format!("p{n}"), Status::Completed, usdc("25.00"), at)
    }
}

fn usdc(amount: &str) -> Amount {
    Amount::parse_decimal(amount, Currency::usdc()).unwrap()
}
