//! Makes a server's text safe to display.

use crate::redact;

/// The longest server text that is displayed, in characters.
const TEXT_LIMIT: usize = 200;

/// Makes a server's text safe to display: one line, without control characters, characters that reorder or hide text,
/// or anything that looks like a key, cut at 200 characters.
pub fn clean(text: &str) -> String {
    let visible = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        c if c.is_control() || is_deceptive(c) => None,
        c => Some(c),
    });
    let clear = redact::clear_unknown(&visible.collect::<String>());
    let cut: String = clear.chars().take(TEXT_LIMIT).collect();
    cut.trim().to_owned()
}

/// Whether the character is invisible or changes how other characters appear: zero-width characters, direction marks,
/// line separators, tags and variation selectors.
fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}
