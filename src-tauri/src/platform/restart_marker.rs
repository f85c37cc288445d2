//! A file that marks a home whose app is just replacing its own process.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Holds the id of the process that is about to replace itself.
const MARKER_FILE: &str = "afresh";

/// An older marker is the remains of a restart that failed.
const MARKER_LIFETIME: Duration = Duration::from_secs(5);

/// Whether the app of this home is restarting. If so, nobody else should take its bus name.
pub(crate) fn is_restarting(home: &Path) -> bool {
    let marker = home.join(MARKER_FILE);
    let is_recent = fs::metadata(&marker)
        .and_then(|about| about.modified())
        .is_ok_and(|at| at.elapsed().is_ok_and(|age| age < MARKER_LIFETIME));
    is_recent && fs::read_to_string(&marker).is_ok_and(|pid| pid != std::process::id().to_string())
}

/// The new process has taken over, so the marker is no longer needed.
pub(crate) fn clear(home: &Path) {
    // After an ordinary start there is no marker.
    drop(fs::remove_file(home.join(MARKER_FILE)));
}

pub(crate) fn write(home: &Path) {
    if let Err(error) = fs::write(home.join(MARKER_FILE), std::process::id().to_string()) {
        tracing::debug!(%error, "could not write the restart marker");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn marker_holds_others_back_until_it_expires() {
        let home = tempfile::tempdir().unwrap();
        assert!(!is_restarting(home.path()));
        write(home.path());
        assert!(!is_restarting(home.path()), "the process itself goes on");
        fs::write(home.path().join(MARKER_FILE), "1").unwrap();
        assert!(is_restarting(home.path()));
        let file = fs::File::options()
            .write(true)
            .open(home.path().join(MARKER_FILE));
        let long_ago = SystemTime::now().checked_sub(MARKER_LIFETIME).unwrap();
        file.unwrap().set_modified(long_ago).unwrap();
        assert!(!is_restarting(home.path()));
        fs::write(home.path().join(MARKER_FILE), "1").unwrap();
        clear(home.path());
        assert!(!is_restarting(home.path()));
    }
}
