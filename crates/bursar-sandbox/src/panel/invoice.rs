//! Invoices as a hand-written PDF (ISO 32000-1): one page of text in two standard fonts, with a correct
//! cross-reference table.

use std::fmt::Write;

use super::payment::{Payment, Purpose};
use super::state::Account;
use crate::clock::rfc3339;

/// The left margin, the height of the first line, and the line height, in points.
const LEFT_MARGIN: u32 = 56;
const FIRST_LINE_Y: u32 = 780;
const LINE_HEIGHT: u32 = 18;

pub(crate) fn pdf(account: &Account, payment: &Payment) -> Vec<u8> {
    let currency = account.currency;
    let mut lines = vec![
        (true, format!("Invoice {}", payment.number)),
        (
            false,
            "Sandbox Hosting, Loopback Street 1, 127001 Localhost".to_owned(),
        ),
        (false, String::new()),
        (false, format!("Billed to: {}", payment.payer.name)),
        (
            false,
            format!("Account: {} ({})", account.name, account.email),
        ),
        (false, format!("Issued: {}", rfc3339(payment.created_at))),
        (false, format!("Payment method: {}", payment.method.name)),
        (false, format!("Status: {}", payment.status.name())),
        (false, String::new()),
    ];
    match &payment.purpose {
        Purpose::TopUp | Purpose::Migration(_) => {
            let line = format!(
                "{}: {}",
                payment.purpose.title(),
                currency.format_with_code(payment.minor)
            );
            lines.push((false, line));
        }
        Purpose::Renewal(items) => {
            for item in items {
                let price = currency.format_with_code(item.minor);
                let line = format!(
                    "{}, {}, {} months: {price}",
                    item.name, item.tariff, item.months
                );
                lines.push((false, line));
            }
        }
    }
    lines.push((
        true,
        format!("Total: {}", currency.format_with_code(payment.minor)),
    ));
    lines.push((
        false,
        "Play money: this invoice is worth nothing.".to_owned(),
    ));
    document(&content_stream(&lines))
}

/// The page's content stream: the lines below each other, each in its font.
fn content_stream(lines: &[(bool, String)]) -> String {
    let mut drawing = format!("BT\n{LINE_HEIGHT} TL\n{LEFT_MARGIN} {FIRST_LINE_Y} Td\n");
    for (is_bold, text) in lines {
        let font = if *is_bold { "/F2 14" } else { "/F1 11" };
        let _ = writeln!(drawing, "{font} Tf ({}) Tj T*", escape(text));
    }
    drawing.push_str("ET\n");
    drawing
}

/// Escapes a PDF string: Latin-1 in WinAnsi encoding, and a question mark for any other character.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '(' | ')' | '\\' => {
                escaped.push('\\');
                escaped.push(character);
            }
            ' '..='~' => escaped.push(character),
            '\u{a0}'..='\u{ff}' => {
                let _ = write!(escaped, "\\{:03o}", u32::from(character));
            }
            _ => escaped.push('?'),
        }
    }
    escaped
}

fn document(drawing: &str) -> Vec<u8> {
    let font = |name: &str| {
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
    };
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R \
         /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>"
            .to_owned(),
        font("Helvetica"),
        font("Helvetica-Bold"),
        format!(
            "<< /Length {} >>\nstream\n{drawing}endstream",
            drawing.len()
        ),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    let _ = write!(
        file,
        "{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cross_reference_table_points_to_objects() {
        let file = document(&content_stream(&[(
            true,
            "Total (all): 5 € für \\".to_owned(),
        )]));
        let text = String::from_utf8(file).unwrap();
        assert!(text.contains(r"(Total \(all\): 5 ? f\374r \\) Tj"));
        let table = text.split("xref\n0 7\n").nth(1).unwrap();
        for (number, entry) in table.lines().skip(1).take(6).enumerate() {
            let offset: usize = entry[..10].parse().unwrap();
            let expected = format!("{} 0 obj", number + 1);
            assert!(
                text[offset..].starts_with(&expected),
                "{expected} at {offset}"
            );
            assert_eq!(entry.len() + 1, 20);
        }
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(text[start..].starts_with("xref"));
    }
}
