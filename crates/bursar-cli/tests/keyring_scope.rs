//! The first command in a home that does not exist yet and the next one share their secrets, however the home's path is
//! written. Uses a real keyring on a private session bus.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// No server listens at this address. The error still shows whether the command found a key.
const NETWORK: &str = "name = \"t\"\nprovider = \"panel\"\napi = \"http://127.0.0.1:9\"\n";

/// A folder of the test, in which `link` leads to `real`.
fn folder(name: &str) -> PathBuf {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("real")).unwrap();
    std::os::unix::fs::symlink("real", folder.join("link")).unwrap();
    fs::write(folder.join("network.toml"), NETWORK).unwrap();
    folder
}

/// Runs the script in a session with an unlocked keyring; `$0` is the program.
fn in_session(folder: &Path, script: &str) -> Output {
    let unlocked =
        "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 9";
    Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &format!("{unlocked}\n{script}")])
        .arg(env!("CARGO_BIN_EXE_bursar"))
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env_remove("BURSAR_HOME")
        .env_remove("BURSAR_API_KEY")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .expect("dbus-run-session (Debian package dbus) starts")
}

#[test]
fn commands_share_the_key_for_every_spelling_of_the_home() {
    let folder = folder("scope");
    // The first way to name the home, then the other ways.
    let ways = "link/N real/N ./link/N link/N/ link/x/../N";
    let script = format!(
        "n=0\nfor first in {ways}; do n=$((n + 1))\n\
         home=$(echo \"$first\" | sed s/N/h$n/)\n\
         printf canary | \"$0\" --home \"$home\" account add panel --network network.toml || exit 8\n\
         for next in {ways}; do case $next in *x/..*) mkdir -p real/x;; esac\n\
         \"$0\" --home \"$(echo \"$next\" | sed s/N/h$n/)\" status --json; done\n\
         cd real && \"$0\" --home h$n status --json; cd ..\n\
         \"$0\" --home \"$home\" account remove t || exit 7\ndone"
    );
    let output = in_session(&folder, &script);
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{printed}");
    let lines: Vec<_> = printed
        .lines()
        .filter(|line| line.starts_with('{'))
        .collect();
    assert_eq!(lines.len(), 30, "{printed}");
    for line in lines {
        assert!(
            line.contains("unreachable") && !line.contains("signed_out"),
            "{line}"
        );
    }
    assert!(!printed.contains("canary"), "{printed}");
    fs::remove_dir_all(&folder).unwrap();
}
