//! Makes text from servers or people harmless where it is shown outside the window: in notifications, which may read
//! markup, and in tray menus, which read access keys.

/// The longest text shown in one place, in characters.
const MAX_CHARS: usize = 300;
/// The longest sentence of Bursar's, with a name and a text of the provider's in it.
const MAX_SENTENCE_CHARS: usize = 800;

/// One line of limited length, without control, direction-changing or invisible characters.
pub(crate) fn one_line(text: &str) -> String {
    line_without(text, MAX_CHARS, is_invisible)
}

/// The same for a sentence whose parts went through `one_line`: it keeps the isolates that Bursar put around those from right
/// to left. Without them, such a name would rearrange the amount and the state next to it.
pub(crate) fn sentence_line(text: &str) -> String {
    line_without(text, MAX_SENTENCE_CHARS, |c| {
        is_invisible(c) && !is_isolate(c)
    })
}

fn line_without(text: &str, limit: usize, is_removed: impl Fn(char) -> bool) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_removed(*c))
        .take(limit.saturating_add(1))
        .collect();
    if line.chars().count() > limit {
        line = line.chars().take(limit).chain(['…']).collect();
    }
    line
}

/// For a notification server that reads markup.
pub(crate) fn escape_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// For a menu, where an underscore marks an access key and a doubled one is an underscore.
pub(crate) fn escape_access_keys(text: &str) -> String {
    text.replace('_', "__")
}

/// The marks around a text whose direction is its own.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2068}' | '\u{2069}')
}

/// Zero-width characters, direction marks, embeddings and isolates, variation and tag characters, and the line and
/// paragraph separators.
fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFB | 0xE0000..=0xE0FFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_invisible_characters_and_limits_the_length() {
        assert_eq!(
            one_line("pay\u{202E}drawer\u{200B}\u{2066}x\u{7}\ny"),
            "paydrawerx y"
        );
        assert_eq!(one_line("Überweisung – 50 €"), "Überweisung – 50 €");
        let endless = one_line(&"a".repeat(1 << 20));
        assert_eq!(endless.chars().count(), MAX_CHARS + 1);
        assert!(endless.ends_with('…'));
    }

    #[test]
    fn sentence_keeps_isolates_and_nothing_else_that_is_invisible() {
        assert_eq!(
            sentence_line("\u{2068}חשבון\u{2069}:\u{202E} 12\u{200B}\u{2066}"),
            "\u{2068}חשבון\u{2069}: 12"
        );
    }

    #[test]
    fn escapes_markup_and_access_keys() {
        assert_eq!(
            escape_markup("<b>1 & 2</b><img src='x'>"),
            "&lt;b&gt;1 &amp; 2&lt;/b&gt;&lt;img src=&#39;x&#39;&gt;"
        );
        assert_eq!(escape_access_keys("my_account"), "my__account");
    }
}
