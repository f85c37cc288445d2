//! Several processes change different settings of one home at the same moment, as the app and a second start of it may.

use bursar_core::clock::Timestamp;
use bursar_core::settings::{SettingsChange, Theme};
use bursar_core::settings_file::SettingsFile;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const NOW: Timestamp = Timestamp(1_769_860_800_000);
/// Names the home and the setting for a process that this test starts.
const HOME: &str = "BURSAR_TEST_SETTINGS_HOME";
const WRITER: &str = "BURSAR_TEST_SETTINGS_WRITER";
const WRITES: u32 = 20;

#[test]
fn processes_that_write_at_once_lose_no_change() {
    let home = tempfile::tempdir().unwrap();
    let mut writers: Vec<Child> = (0..4).map(|number| start(home.path(), number)).collect();
    for writer in &mut writers {
        assert!(writer.wait().unwrap().success());
    }
    let kept = SettingsFile::open(home.path(), false, NOW).get();
    assert!(kept.hide_amounts && !kept.notifications);
    assert_eq!(kept.theme, Theme::Dark);
    assert_eq!(kept.low_balance_days, WRITES);
}

/// Does nothing unless [`processes_that_write_at_once_lose_no_change`] starts it.
#[test]
fn one_of_the_processes() {
    let (Ok(home), Ok(writer)) = (std::env::var(HOME), std::env::var(WRITER)) else {
        return;
    };
    // Opened once, so that what the others write meanwhile is newer than what this process has read.
    let file = SettingsFile::open(Path::new(&home), false, NOW);
    for count in 1..=WRITES {
        let last = count == WRITES;
        let change = match writer.as_str() {
            "0" => SettingsChange {
                hide_amounts: Some(last),
                ..SettingsChange::default()
            },
            "1" => SettingsChange {
                notifications: Some(!last),
                ..SettingsChange::default()
            },
            "2" => SettingsChange {
                theme: Some(if last { Theme::Dark } else { Theme::Light }),
                ..SettingsChange::default()
            },
            _ => SettingsChange {
                low_balance_days: Some(count),
                ..SettingsChange::default()
            },
        };
        file.update(&change, false, NOW).unwrap();
    }
}

fn start(home: &Path, number: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "settings_processes::one_of_the_processes"])
        .env(HOME, home)
        .env(WRITER, number.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
