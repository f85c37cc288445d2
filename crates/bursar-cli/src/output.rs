//! The one place that writes to the terminal. A reader that has gone away (`| head`) is no error.

use bursar_core::error::Error;
use std::io::Write;

/// A line on standard output.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out
        .write_all(line.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
}

/// An error on standard error, with its code.
pub(crate) fn complain(error: &Error) {
    let code = serde_json::to_string(&error.code).unwrap_or_default();
    note(&format!("{} [{}]", error.message, code.trim_matches('"')));
}

/// A line on standard error.
pub(crate) fn note(line: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out
        .write_all(b"bursar: ")
        .and_then(|()| out.write_all(line.as_bytes()))
        .and_then(|()| out.write_all(b"\n"));
}

/// Puts this in the place of the terminal's last line, on standard error.
pub(crate) fn overwrite(line: &str) {
    let mut out = std::io::stderr().lock();
    // To the line's beginning, and what is right of it away.
    let _ = out
        .write_all(b"\r\x1b[K")
        .and_then(|()| out.write_all(line.as_bytes()))
        .and_then(|()| out.flush());
}

/// Columns wide enough for their longest cell, two spaces apart.
pub(crate) fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        say(cells.join("  ").trim_end());
    }
}
