//! Tests what two writers, a newer version and a damaged disk do to the preferences.

use super::*;
use bursar_domain::language::Language;
use bursar_domain::settings::Theme;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_769_860_800_000);

fn open(home: &Path) -> SettingsFile {
    SettingsFile::open(home, false, NOW)
}

fn stored(home: &Path) -> Value {
    serde_json::from_slice(&fs::read(home.join(FILE)).unwrap()).unwrap()
}

fn hide(hide_amounts: bool) -> SettingsChange {
    SettingsChange {
        hide_amounts: Some(hide_amounts),
        ..SettingsChange::default()
    }
}

fn theme(theme: Theme) -> SettingsChange {
    SettingsChange {
        theme: Some(theme),
        ..SettingsChange::default()
    }
}

#[test]
fn keeps_preferences() {
    let home = tempfile::tempdir().unwrap();
    let file = open(home.path());
    assert_eq!(file.get(), Settings::default());
    let changed = file.update(&hide(true), true, NOW).unwrap();
    assert!(changed.hide_amounts && changed.autostart);
    let again = open(home.path()).get();
    assert!(
        again.hide_amounts && !again.autostart,
        "the desktop reports autostart"
    );
}

#[test]
fn banners_that_an_earlier_version_stored_as_closed_can_be_read() {
    let home = tempfile::tempdir().unwrap();
    let earlier = r#"{"settings":{"hidden_services":["tray","keyring"]}}"#;
    fs::write(home.path().join(FILE), earlier).unwrap();
    open(home.path()).update(&hide(true), false, NOW).unwrap();
    let read = open(home.path()).get();
    assert_eq!(read.hidden_services, ["tray", "keyring"]);
    assert!(read.hide_amounts);
}

#[test]
fn two_writers_lose_no_change() {
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (open(home.path()), open(home.path()));
    one.update(&hide(true), false, NOW).unwrap();
    let seen = two.update(&theme(Theme::Dark), false, NOW).unwrap();
    assert!(seen.hide_amounts, "the other writer's change is adopted");
    let kept = open(home.path()).get();
    assert_eq!((kept.hide_amounts, kept.theme), (true, Theme::Dark));
}

#[test]
fn many_writers_at_once_lose_no_change() {
    let home = Arc::new(tempfile::tempdir().unwrap());
    let writers: Vec<_> = (0..7)
        .map(|number| {
            let home = Arc::clone(&home);
            thread::spawn(move || {
                // Each behaves like a separate process, whose view is older than the others' changes.
                let file = open(home.path());
                let change = match number {
                    0 => hide(true),
                    1 => theme(Theme::Light),
                    2 => SettingsChange {
                        notifications: Some(false),
                        ..SettingsChange::default()
                    },
                    3 => SettingsChange {
                        low_balance_days: Some(3),
                        ..SettingsChange::default()
                    },
                    4 => SettingsChange {
                        low_balance_amount: Some("12".to_owned()),
                        ..SettingsChange::default()
                    },
                    5 => SettingsChange {
                        language: Some(Language::German),
                        ..SettingsChange::default()
                    },
                    _ => SettingsChange {
                        tray_explained: Some(true),
                        ..SettingsChange::default()
                    },
                };
                for _ in 0..20 {
                    file.update(&change, false, NOW).unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let kept = open(home.path()).get();
    let expected = Settings {
        theme: Theme::Light,
        language: Language::German,
        hide_amounts: true,
        notifications: false,
        low_balance_amount: "12".to_owned(),
        low_balance_days: 3,
        autostart: false,
        tray_explained: true,
        hidden_services: Vec::new(),
    };
    assert_eq!(kept, expected);
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn keeps_fields_of_newer_version() {
    let home = tempfile::tempdir().unwrap();
    let newer = r#"{"version":9,"settings":{"theme":"sepia","language":"eo","density":"compact","hide_amounts":true,"low_balance_days":-1}}"#;
    fs::write(home.path().join(FILE), newer).unwrap();
    let file = open(home.path());
    let read = file.get();
    assert!(read.hide_amounts, "readable values apply");
    assert_eq!((read.theme, read.low_balance_days), (Theme::System, 7));
    assert_eq!(read.language, Language::System);
    file.update(
        &SettingsChange {
            notifications: Some(false),
            ..SettingsChange::default()
        },
        false,
        NOW,
    )
    .unwrap();
    let kept = stored(home.path());
    assert_eq!(kept["version"], 9);
    assert_eq!(kept["settings"]["language"], "eo");
    assert_eq!(kept["settings"]["density"], "compact");
    assert_eq!(kept["settings"]["theme"], "sepia");
    assert_eq!(kept["settings"]["notifications"], false);
    file.update(&theme(Theme::Dark), false, NOW).unwrap();
    assert_eq!(stored(home.path())["settings"]["theme"], "dark");
}

#[test]
fn sets_a_damaged_file_aside_and_reports_it() {
    for damage in [
        &b"{"[..],
        b"",
        b"[]",
        b"\xFF\xFE",
        b"null",
        b"{\"settings\":{\"hide_amounts\":tru",
    ] {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE), damage).unwrap();
        let file = open(home.path());
        assert_eq!(file.get(), Settings::default());
        let aside = file.set_aside_as().unwrap();
        assert_eq!(fs::read(&aside).unwrap(), damage);
        assert!(
            aside
                .to_string_lossy()
                .ends_with("settings.json.damaged-2026-01-31T120000Z"),
            "{aside:?}"
        );
        file.update(&hide(true), false, NOW).unwrap();
        assert!(open(home.path()).get().hide_amounts);
        assert!(open(home.path()).set_aside_as().is_none());
    }
}

#[test]
fn sets_file_aside_that_is_damaged_later() {
    let home = tempfile::tempdir().unwrap();
    let file = open(home.path());
    file.update(&hide(true), false, NOW).unwrap();
    fs::write(home.path().join(FILE), "{").unwrap();
    file.update(&theme(Theme::Dark), false, NOW).unwrap();
    assert!(file.set_aside_as().is_some());
    assert_eq!(open(home.path()).get().theme, Theme::Dark);
}

#[test]
fn reports_an_unwritable_home_and_keeps_the_choice() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("a-file");
    let file = SettingsFile::open(&folder, false, NOW);
    fs::write(&folder, "").unwrap();
    let refused = file.update(&hide(true), false, NOW).unwrap_err();
    assert_eq!(refused.code, Code::FileFailed);
    assert!(file.get().hide_amounts);
    assert_eq!(
        file.update(&theme(Theme::Dark), false, NOW)
            .unwrap_err()
            .code,
        Code::FileFailed
    );
    assert_eq!(
        (file.get().hide_amounts, file.get().theme),
        (true, Theme::Dark)
    );
    fs::remove_file(&folder).unwrap();
    file.update(&SettingsChange::default(), false, NOW).unwrap();
    let kept = open(&folder).get();
    assert_eq!(
        (kept.hide_amounts, kept.theme),
        (true, Theme::Dark),
        "written with the next change"
    );
}

#[test]
fn waits_for_writer_that_holds_lock() {
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (open(home.path()), open(home.path()));
    let lock = one.lock().unwrap();
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        drop(lock);
    });
    two.update(&hide(true), false, NOW).unwrap();
    release.join().unwrap();
    assert!(open(home.path()).get().hide_amounts);
}
