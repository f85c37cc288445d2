//! How the desktop starts Bursar and opens its links.

use serde::{Deserialize, Serialize};

/// How the desktop starts Bursar and opens its links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum DesktopDetail {
    /// The system does not tell the program’s path.
    ProgramPathUnknown,
    /// There is no program at that path any longer.
    ProgramMoved { path: String },
    /// The path of the program or of the home has characters that a desktop entry cannot have.
    PathNotText,
    /// The user has no home folder for the desktop’s entries.
    HomeFolderMissing,
    /// The autostart entry was neither written nor removed.
    AutostartNotChanged { reason: String },
    /// The desktop did not make Bursar the app for its links.
    LinksNotRegistered { reason: String },
    /// No browser could be started.
    BrowserNotOpened,
    /// No viewer for PDF files could be started.
    PdfViewerNotOpened,
}
