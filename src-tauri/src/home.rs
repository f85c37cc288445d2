//! Where the data lives, and the name on the session bus that stands for it: one running app a home.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf, absolute};

use crate::desktop_entry;
use crate::links::SCHEME;

/// The folder of all data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    path: PathBuf,
    /// Chosen on the command line or by `BURSAR_HOME`, not the usual place.
    chosen: bool,
}

impl Home {
    /// `given`, else `BURSAR_HOME`, else `org.bursar.desktop` in the user's data folder. `None` when there
    /// is no such place: neither `XDG_DATA_HOME` nor `HOME` is set.
    pub(crate) fn find(given: Option<&Path>) -> Option<Self> {
        let usual =
            desktop_entry::folder("XDG_DATA_HOME", ".local/share").map(|data| data.join(SCHEME));
        let wanted = given.map(Path::to_path_buf).or_else(|| {
            std::env::var_os("BURSAR_HOME")
                .filter(|home| !home.is_empty())
                .map(PathBuf::from)
        });
        match wanted {
            None => usual.map(|path| Self {
                path,
                chosen: false,
            }),
            Some(wanted) => {
                let path = absolute(&wanted).unwrap_or(wanted);
                let path = path.canonicalize().unwrap_or(path);
                let chosen = usual.is_none_or(|usual| usual != path);
                Some(Self { path, chosen })
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path if it must be told to a later start of the program.
    pub(crate) fn chosen(&self) -> Option<&Path> {
        self.chosen.then_some(self.path.as_path())
    }

    /// The name that the running app of this home owns on the session bus.
    pub(crate) fn bus_name(&self) -> String {
        let mut name = SCHEME.to_owned();
        if self.chosen {
            name.push_str(".Home_");
            let digest = Sha256::digest(self.path.as_os_str().as_encoded_bytes());
            for byte in digest.iter().take(8) {
                // Writing to a string cannot fail.
                let _ = write!(name, "{byte:02x}");
            }
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_its_own_name() {
        let of = |path: &str| {
            Home {
                path: path.into(),
                chosen: true,
            }
            .bus_name()
        };
        assert_ne!(of("/a"), of("/b"));
        assert_eq!(of("/a"), of("/a"));
        assert!(of("/a").starts_with("org.bursar.desktop.Home_"));
        assert!(zbus::names::WellKnownName::try_from(of("/a")).is_ok());
        let usual = Home {
            path: "/a".into(),
            chosen: false,
        };
        assert_eq!(usual.bus_name(), "org.bursar.desktop");
    }

    #[test]
    fn a_chosen_home_is_made_absolute() {
        let home = Home::find(Some(Path::new("some/where"))).unwrap();
        assert!(home.path().is_absolute());
        assert_eq!(home.chosen(), Some(home.path()));
    }
}
