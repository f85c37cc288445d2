//! Desktop entry files (Desktop Entry Specification): how arguments are quoted in `Exec`, and how an entry is
//! written.

use bursar_core::error::{Code, DesktopDetail, Error, Result};
use bursar_l10n::{Language, Medium, Texts};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// An `Exec` line with a program and its arguments. `after` is added unquoted, for field codes such as `%u`.
///
/// # Errors
/// `file_failed` when a part does not fit into a desktop entry: it is not UTF-8, or has control characters.
pub(crate) fn exec_line(program: &Path, arguments: &[&str], after: &str) -> Result<String> {
    let Some(program) = program.to_str() else {
        return Err(Error::new(Code::FileFailed, DesktopDetail::PathNotText));
    };
    let mut line = quote_argument(program)?;
    for argument in arguments {
        line.push(' ');
        line.push_str(&quote_argument(argument)?);
    }
    if !after.is_empty() {
        line.push(' ');
        line.push_str(after);
    }
    Ok(line)
}

/// Splits an `Exec` line into its program and the rest of the line; the reverse of [`exec_line`].
pub(crate) fn parse_exec(exec: &str) -> Option<(PathBuf, &str)> {
    let Some(quoted) = exec.strip_prefix('"') else {
        let end = exec.find(' ').unwrap_or(exec.len());
        let (program, rest) = exec.split_at_checked(end)?;
        return Some((program.into(), rest));
    };
    let mut program = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((program.into(), quoted.get(at.checked_add(1)?..)?)),
            '\\' => {
                // Escaped twice: `\\\\` is one backslash, `\\"` a quote.
                let (_, '\\') = characters.next()? else {
                    return None;
                };
                match characters.next()?.1 {
                    '\\' => {
                        let (_, '\\') = characters.next()? else {
                            return None;
                        };
                        program.push('\\');
                    }
                    other => program.push(other),
                }
            }
            '%' => {
                let (_, '%') = characters.next()? else {
                    return None;
                };
                program.push('%');
            }
            other => program.push(other),
        }
    }
    None
}

/// Writes the file unless it already has this text. Creates the folder if needed, and replaces the file by renaming,
/// so that no reader sees half of it. The core's `OutputFile` does something else: it keeps what the user's own file
/// was (a link, its mode, another name), where an entry must always become a plain new file.
///
/// # Errors
/// The file system's error.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|current| current == text) {
        return Ok(());
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    fs::create_dir_all(folder)?;
    let mut temporary = name.to_owned();
    temporary.push(format!(".{}", std::process::id()));
    let temporary = folder.join(temporary);
    let written = fs::File::create(&temporary)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // No partial file stays behind. The first error is the one that matters.
        drop(fs::remove_file(&temporary));
    }
    written
}

/// `XDG_CONFIG_HOME` or `XDG_DATA_HOME`, or its default below the user's home.
pub(crate) fn xdg_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(below_home)))
}

/// Quotes one argument. Readers unescape the value twice, first as a string of the file, then as a quoted argument.
/// `%` begins a field code, so it is doubled.
fn quote_argument(argument: &str) -> Result<String> {
    let mut text = String::from("\"");
    for character in argument.chars() {
        match character {
            '\\' => text.push_str(r"\\\\"),
            '"' | '`' | '$' => {
                text.push_str(r"\\");
                text.push(character);
            }
            '%' => text.push_str("%%"),
            control if control.is_control() => {
                return Err(Error::new(Code::FileFailed, DesktopDetail::PathNotText));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    Ok(text)
}

/// The lines of an entry's comment, in every language: the desktop shows the one of its user.
pub(crate) fn comments(comment: impl Fn(&Texts) -> String) -> String {
    Language::ALL
        .into_iter()
        .map(|language| {
            let text = comment(&Texts::new(language, Medium::Desktop));
            match language {
                Language::English => format!("Comment={text}\n"),
                Language::German | Language::Spanish => {
                    format!("Comment[{}]={text}\n", language.tag())
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exec_line_is_escaped_twice() {
        let line = exec_line(
            Path::new("/opt/a b/bursar"),
            &["--home", "/tmp/50% \"x\" $y \\z"],
            "%u",
        )
        .unwrap();
        assert_eq!(
            line,
            r#""/opt/a b/bursar" "--home" "/tmp/50%% \\"x\\" \\$y \\\\z" %u"#
        );
        assert!(exec_line(Path::new("/a\nb"), &[], "").is_err());
    }

    #[test]
    fn parse_exec_reverses_exec_line() {
        for name in [
            "/opt/a b/bursar",
            "/tmp/50% \"x\" $y `z` \\",
            "/a (deleted)",
            "/ü",
        ] {
            let line = exec_line(Path::new(name), &["--hidden"], "%u").unwrap();
            assert_eq!(
                parse_exec(&line),
                Some((PathBuf::from(name), " \"--hidden\" %u")),
                "{line}"
            );
        }
        assert_eq!(
            parse_exec("bursar %u"),
            Some((PathBuf::from("bursar"), " %u"))
        );
        for broken in ["\"/no end", "\"/a\\", "\"/a\\b\"", "\"/%u\"", "\"%"] {
            assert_eq!(parse_exec(broken), None, "{broken}");
        }
    }

    #[test]
    fn writes_only_when_changed_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/one.desktop");
        write_if_changed(&path, "text\n").unwrap();
        let first = fs::metadata(&path).unwrap().modified().unwrap();
        write_if_changed(&path, "text\n").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), first);
        write_if_changed(&path, "other\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "other\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
