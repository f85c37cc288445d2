//! The texts of one language: finds a message and fills its arguments in.

use crate::messages::Message;
use crate::numbers::{write_amount, write_count};
use crate::resources::files;
use crate::{Language, Value};
use bursar_domain::money::Amount;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::fmt;
use std::sync::OnceLock;

/// Where texts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Tray and pop-ups. Invisible characters keep a text from right to left from rearranging the sentence around it (Unicode's
    /// isolates, U+2068 and U+2069). Other texts need none: every language here is written from left to right.
    Desktop,
    /// A terminal: without isolates and with plain spaces in numbers. Terminals may write other characters as boxes, and a
    /// search for `12.00 USDC` has to find it.
    Terminal,
}

/// The texts of one language, with English for what it lacks.
pub struct Texts {
    language: Language,
    medium: Medium,
    bundle: Bundle,
    english: OnceLock<Bundle>,
}

type Bundle = FluentBundle<FluentResource>;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

impl Texts {
    pub fn new(language: Language, medium: Medium) -> Self {
        Self {
            language,
            medium,
            bundle: bundle(language, medium),
            english: OnceLock::new(),
        }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a message. `text!` is the shorter way to call it.
    pub fn text<'a, M: Message<'a>>(&self, message: M) -> String {
        self.by_id(M::ID, M::ATTRIBUTE, message.arguments())
            .unwrap_or_else(|| M::ID.to_owned())
    }

    /// An amount with its currency.
    pub fn amount(&self, amount: &Amount) -> String {
        write_amount(amount, self.language, self.medium)
    }

    /// The text of a message, or of its attribute, whose id is known at run time only; `None` if no language has it.
    pub fn by_id<'a>(
        &self,
        id: &str,
        attribute: Option<&str>,
        arguments: impl IntoIterator<Item = (&'a str, Value<'a>)>,
    ) -> Option<String> {
        let arguments: FluentArgs<'a> = arguments
            .into_iter()
            .map(|(name, value)| (name, self.fluent(value)))
            .collect();
        written(&self.bundle, id, attribute, &arguments).or_else(|| {
            if self.language == Language::English {
                return None;
            }
            let english = self
                .english
                .get_or_init(|| bundle(Language::English, self.medium));
            written(english, id, attribute, &arguments)
        })
    }

    fn fluent<'a>(&self, value: Value<'a>) -> FluentValue<'a> {
        match value {
            Value::Text(text)
                if self.medium == Medium::Desktop && text.chars().any(is_right_to_left) =>
            {
                FluentValue::from(format!("{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"))
            }
            Value::Text(text) => FluentValue::String(text),
            Value::Count(count) => FluentValue::from(count),
            Value::Amount(amount) => {
                FluentValue::from(write_amount(&amount, self.language, self.medium))
            }
        }
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

fn bundle(language: Language, medium: Medium) -> Bundle {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    bundle.set_use_isolating(false);
    // A message writes a count that chooses no plural form as `NUMBER($count)`.
    if let Err(error) = bundle.add_builtins() {
        debug_assert!(false, "Fluent's functions: {error}");
    }
    // A formatter is a plain function, which knows nothing of the medium.
    bundle.set_formatter(Some(match medium {
        Medium::Desktop => |value, _| write_number(value, Medium::Desktop),
        Medium::Terminal => |value, _| write_number(value, Medium::Terminal),
    }));
    for file in files(language) {
        // What of a file cannot be read is missing; the tests refuse such files.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(read, _)| read);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Whether the character belongs to a script from right to left, as the window decides it (`ui/src/lib/l10n/texts.ts`).
fn is_right_to_left(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0590..=0x08FF | 0x200F | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF
    )
}

fn write_number(value: &FluentValue<'_>, medium: Medium) -> Option<String> {
    match value {
        FluentValue::Number(number) => count(number.value).map(|count| write_count(count, medium)),
        FluentValue::String(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }
}

/// Fluent holds numbers as floats, which are exact up to 2^53.
fn count(number: f64) -> Option<u64> {
    let text = number.to_string();
    text.parse().ok()
}

fn written(
    bundle: &Bundle,
    id: &str,
    attribute: Option<&str>,
    arguments: &FluentArgs<'_>,
) -> Option<String> {
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        Some(attribute) => message.get_attribute(attribute)?.value(),
        None => message.value()?,
    };
    let mut problems = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut problems);
    debug_assert!(problems.is_empty(), "{id}: {problems:?}");
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use fluent_syntax::ast::Entry;
    use std::collections::BTreeSet;

    /// The names after a `$` in a Fluent file.
    fn variables(file: &str) -> BTreeSet<&str> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        file.split('$')
            .skip(1)
            .map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default())
            .collect()
    }

    #[test]
    fn every_message_of_every_language_can_be_written() {
        for language in Language::ALL {
            for medium in [Medium::Desktop, Medium::Terminal] {
                let texts = Texts::new(language, medium);
                for file in files(language) {
                    let names = variables(file);
                    let Ok(resource) = fluent_syntax::parser::parse(*file) else {
                        panic!("{language:?}: a file cannot be read: {file}");
                    };
                    for count in [0, 1, 2, 1_000_000] {
                        let arguments = || names.iter().map(|name| (*name, Value::Count(count)));
                        for entry in &resource.body {
                            let Entry::Message(message) = entry else {
                                continue;
                            };
                            let id = message.id.name;
                            if message.value.is_some() {
                                // Writing panics in a test if anything is missing.
                                assert!(texts.by_id(id, None, arguments()).is_some(), "{id}");
                            }
                            for attribute in &message.attributes {
                                let name = Some(attribute.id.name);
                                assert!(texts.by_id(id, name, arguments()).is_some(), "{id}");
                            }
                        }
                    }
                }
            }
        }
    }
}
