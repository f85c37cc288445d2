//! The desktop's own file dialogs. The window cannot read or write a file; it only learns the names that it is given
//! here.

use crate::window;
use bursar_core::clock::{Clock as _, SystemClock};
use bursar_core::error::{Code, Error, FileDetail, InternalDetail, NetworkDetail, Result};
use bursar_l10n::{Texts, text};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// A network file is a page of text. Anything longer is not one.
const MAX_NETWORK_FILE_SIZE: u64 = 64 * 1024;

/// Where to write an export; `None` if the user dismissed the dialog.
pub(super) async fn choose_export_path(
    app: &AppHandle,
    texts: &Texts,
    name: &str,
    extension: &str,
) -> Result<Option<PathBuf>> {
    let today = SystemClock.time_zone().date(SystemClock.now());
    let file = format!("bursar-payments-{today}.{extension}");
    let dialog = dialog(app, text!(texts, choose_export))
        .set_file_name(file)
        .add_filter(name, &[extension]);
    let chosen = show_dialog(|chosen| dialog.save_file(chosen)).await?;
    Ok(chosen.map(|path| with_extension(path, extension)))
}

/// Where to write an invoice; `None` if the user dismissed the dialog.
pub(super) async fn choose_invoice_path(
    app: &AppHandle,
    texts: &Texts,
    number: &str,
) -> Result<Option<PathBuf>> {
    let plain: String = number
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(40)
        .collect();
    let dialog = dialog(app, text!(texts, choose_invoice))
        .set_file_name(format!("invoice-{plain}.pdf"))
        .add_filter("PDF", &["pdf"]);
    let chosen = show_dialog(|chosen| dialog.save_file(chosen)).await?;
    Ok(chosen.map(|path| with_extension(path, "pdf")))
}

/// The text of a network file; `None` if the user dismissed the dialog.
pub(super) async fn read_network_file(app: &AppHandle, texts: &Texts) -> Result<Option<String>> {
    let dialog = dialog(app, text!(texts, choose_network_file))
        .add_filter(text!(texts, network_file), &["toml"]);
    let Some(path) = show_dialog(|chosen| dialog.pick_file(chosen)).await? else {
        return Ok(None);
    };
    let text = tauri::async_runtime::spawn_blocking(move || read_text(&path)).await;
    text.unwrap_or_else(|_| {
        Err(Error::new(
            Code::Internal,
            InternalDetail::step("read a network file"),
        ))
    })
    .map(Some)
}

fn dialog(app: &AppHandle, title: String) -> FileDialogBuilder<Wry> {
    let dialog = app.dialog().file().set_title(title);
    match app.get_webview_window(window::LABEL) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

async fn show_dialog(
    show: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>),
) -> Result<Option<PathBuf>> {
    let (sender, receiver) = oneshot::channel();
    show(Box::new(move |chosen| drop(sender.send(chosen))));
    // A dialog that is destroyed with its window never answers: it counts as dismissed.
    match receiver.await.unwrap_or_default().map(FilePath::into_path) {
        None => Ok(None),
        Some(Ok(path)) => Ok(Some(path)),
        Some(Err(_)) => Err(Error::new(Code::FileFailed, FileDetail::FileNotLocal)),
    }
}

/// Adds the extension if the name has none, unless a file of the longer name exists. The dialog has only asked
/// whether to replace the file that was chosen.
fn with_extension(path: PathBuf, extension: &str) -> PathBuf {
    let longer = path.with_extension(extension);
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    if path.extension().is_some() || is_there(&path) || is_there(&longer) {
        path
    } else {
        longer
    }
}

fn read_text(path: &Path) -> Result<String> {
    let failed = |error: std::io::Error| {
        Error::new(
            Code::FileFailed,
            FileDetail::FileNotRead {
                path: path.display().to_string(),
                reason: error.to_string(),
            },
        )
    };
    let mut text = String::new();
    let read = File::open(path)
        .map_err(failed)?
        .take(MAX_NETWORK_FILE_SIZE.saturating_add(1))
        .read_to_string(&mut text);
    match read {
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= MAX_NETWORK_FILE_SIZE) => {
            Ok(text)
        }
        Ok(_) => Err(Error::new(
            Code::NetworkMalformed,
            NetworkDetail::NetworkFileTooLarge,
        )),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(Error::new(
            Code::NetworkMalformed,
            NetworkDetail::NetworkFileNotText,
        )),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_must_be_short_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("network.toml");
        std::fs::write(&path, "name = \"x\"").unwrap();
        assert_eq!(read_text(&path).unwrap(), "name = \"x\"");
        std::fs::write(&path, vec![b'#'; 64 * 1024 + 1]).unwrap();
        assert_eq!(read_text(&path).unwrap_err().code, Code::NetworkMalformed);
        std::fs::write(&path, [0xFF, 0xFE]).unwrap();
        assert_eq!(read_text(&path).unwrap_err().code, Code::NetworkMalformed);
        assert_eq!(
            read_text(&folder.path().join("none")).unwrap_err().code,
            Code::FileFailed
        );
    }

    #[test]
    fn adds_the_extension_only_when_there_is_none() {
        assert_eq!(
            with_extension("/a/b".into(), "csv"),
            PathBuf::from("/a/b.csv")
        );
        assert_eq!(
            with_extension("/a/b.txt".into(), "csv"),
            PathBuf::from("/a/b.txt")
        );
    }

    #[test]
    fn never_adds_an_extension_that_would_replace_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("asked"), "").unwrap();
        std::fs::write(at("other.csv"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", at("link.csv")).unwrap();
        for name in ["asked", "other", "link"] {
            assert_eq!(with_extension(at(name), "csv"), at(name));
        }
        assert_eq!(with_extension(at("new"), "csv"), at("new.csv"));
    }
}
