//! Unicode rules for letters, digits and spaces: search keys, the values of decimal digits, and the spaces that people
//! and programs put into numbers. The rules do not depend on a locale, so a search finds the same text on every
//! machine.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use std::borrow::Cow;

/// Characters that a search key omits: marks, and invisible characters such as the soft hyphen and direction marks.
const LEFT_OUT: GeneralCategoryGroup =
    GeneralCategoryGroup::Mark.union(GeneralCategoryGroup::Format);

/// The form of a text that searches compare. It decomposes compatibility forms, removes marks and invisible characters,
/// folds case, converts decimal digits to ASCII, and spells ligatures and Latin letters with a stroke as people type
/// them without the special key. A stored text and a query have the same key exactly if a person reads them as the
/// same. The key of a key is the key itself.
pub fn search_key(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    let mut key = text.to_owned();
    // A folded letter may decompose further. Two rounds are enough; the limit only guarantees that the loop ends.
    for _ in 0..4 {
        let next = folded(&key);
        if next == key {
            break;
        }
        key = next;
    }
    Cow::Owned(key)
}

/// Whether the search key of `text` contains `key`, which must be a search key already.
pub fn has_key(text: &str, key: &str) -> bool {
    if !text.is_ascii() {
        return search_key(text).contains(key);
    }
    let (text, key) = (text.as_bytes(), key.as_bytes());
    key.is_empty()
        || text
            .windows(key.len())
            .any(|part| part.eq_ignore_ascii_case(key))
}

fn folded(text: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(text.chars())
        .filter(|c| c.is_ascii() || !LEFT_OUT.contains(categories.get(*c)))
        // Case is folded through the capital, which ſ and s, ς and σ, and ı and i share; ß becomes ss.
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .flat_map(|c| spelled(c).into_iter().flatten())
        .map(|c| decimal_digit(c).map_or(c, |(value, _)| char::from(b'0'.saturating_add(value))))
        .collect()
}

/// The ASCII spelling of a letter that Unicode does not decompose, as people type it if their keyboard lacks the
/// letter.
fn spelled(c: char) -> [Option<char>; 2] {
    match c {
        'ı' => [Some('i'), None],
        'ø' => [Some('o'), None],
        'đ' => [Some('d'), None],
        'ł' => [Some('l'), None],
        'ħ' => [Some('h'), None],
        'ŧ' => [Some('t'), None],
        'æ' => [Some('a'), Some('e')],
        'œ' => [Some('o'), Some('e')],
        c => [Some(c), None],
    }
}

/// The value of a decimal digit of any script, and the zero of its set of ten, which identifies the script.
pub fn decimal_digit(c: char) -> Option<(u8, char)> {
    if c.is_ascii() {
        let value = u8::try_from(c.to_digit(10)?).ok()?;
        return Some((value, '0'));
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_digit = |c: char| categories.get(c) == GeneralCategory::DecimalNumber;
    if !is_digit(c) {
        return None;
    }
    // Unicode assigns each set of decimal digits ten consecutive code points, starting with zero. Several sets may
    // follow one another directly.
    let mut above = 0_u32;
    let mut first = c;
    while let Some(before) = before(first).filter(|before| is_digit(*before)) {
        first = before;
        above = above.saturating_add(1);
    }
    let value = above.checked_rem(10)?;
    let zero = char::from_u32(u32::from(c).checked_sub(value)?)?;
    Some((u8::try_from(value).ok()?, zero))
}

fn before(c: char) -> Option<char> {
    char::from_u32(u32::from(c).checked_sub(1)?)
}

/// Whether the character is a space of any width, breaking or not. Tabs and line ends are not spaces.
pub fn is_space(c: char) -> bool {
    c == ' '
        || (!c.is_ascii()
            && CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::SpaceSeparator)
}

/// Whether the character is invisible: a space, a control character, or a mark of direction or order.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || (!c.is_ascii()
            && CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::Format)
}

/// The standard form of a character that is a variant in width or height, such as a full-width or superscript digit.
pub fn plain_form(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(std::iter::once(c))
        .next()
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_texts_have_equal_keys() {
        for (one, other) in [
            ("ÖKO", "öko"),
            ("O\u{308}KO", "oko"),
            ("Öko", "oko"),
            ("İSTANBUL", "istanbul"),
            ("ISTANBUL", "ıstanbul"),
            ("DİYARBAKIR", "diyarbakır"),
            ("STRASSE", "straße"),
            ("STRAẞE", "strasse"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("Ὀδυσσεύς", "οδυσσευσ"),
            ("ﬁnance", "FINANCE"),
            ("１２３ＡＢＣ", "123abc"),
            ("①", "1"),
            ("Łódź", "lodz"),
            ("Ærø", "aero"),
            ("Đorđe", "dorde"),
            ("ЁЛКА", "елка"),
            ("café\u{301}", "CAFE"),
            ("a\u{ad}b\u{200b}c", "abc"),
            ("Kelvin \u{212a}", "kelvin k"),
            ("10\u{a0}000", "10 000"),
            ("10\u{202f}000", "10 000"),
            ("ﾊﾝｶｸ", "ハンカク"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            ("ǅ", "dz"),
            ("٢٥", "25"),
        ] {
            assert_eq!(search_key(one), search_key(other), "{one} {other}");
        }
        assert_ne!(search_key("oko"), search_key("eko"));
        assert_ne!(search_key("1"), search_key("2"));
    }

    #[test]
    fn every_set_of_decimal_digits_counts_from_zero_to_nine() {
        for zero in [
            '0', '０', '٠', '۰', '०', '০', '๐', '𝟎', '𝟘', '𝟢', '𝟬', '𝟶', '𞥐',
        ] {
            for value in 0..10_u8 {
                let digit = char::from_u32(u32::from(zero) + u32::from(value)).unwrap();
                assert_eq!(decimal_digit(digit), Some((value, zero)), "{digit}");
            }
        }
        for other in ['a', '½', '²', '一', 'Ⅳ', '①', '.', '\u{3007}'] {
            assert_eq!(decimal_digit(other), None, "{other}");
        }
    }

    #[test]
    fn all_widths_of_space_are_spaces() {
        for space in "\u{20}\u{a0}\u{2002}\u{2007}\u{2009}\u{202f}\u{205f}\u{3000}".chars() {
            assert!(is_space(space) && is_blank(space), "{space:?}");
        }
        for other in "\t\n\r\u{200b}\u{feff}a".chars() {
            assert!(!is_space(other), "{other:?}");
        }
        for blank in "\t\n\r\0\u{200b}\u{feff}\u{202e}".chars() {
            assert!(is_blank(blank), "{blank:?}");
        }
    }

    proptest! {
        #[test]
        fn key_of_a_key_is_unchanged(text in any::<String>()) {
            let key = search_key(&text).into_owned();
            prop_assert_eq!(search_key(&key), key.as_str());
        }

        #[test]
        fn case_and_form_make_no_difference(text in "[\\p{Latin}\\p{Cyrillic}\\p{Armenian}0-9 ]{0,12}") {
            let key = search_key(&text);
            let capitals = text.to_uppercase();
            prop_assert_eq!(search_key(&capitals), key.as_ref());
            prop_assert!(has_key(&text, &key));
        }

        #[test]
        fn contains_agrees_with_keys(text in "[ -~]{0,16}", part in "[ -~]{0,3}") {
            let key = search_key(&part);
            prop_assert_eq!(has_key(&text, &key), search_key(&text).contains(key.as_ref()));
        }
    }
}
