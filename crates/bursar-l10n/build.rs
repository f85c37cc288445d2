//! Writes a type for each English message, so that code with an unknown message or a wrong argument does not compile.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// The files whose messages code names. Those of errors are named by the errors themselves, and the terminal's help by its commands.
const FILES: [&str; 5] = [
    "desktop.ftl",
    "notifications.ftl",
    "popups.ftl",
    "terminal.ftl",
    "tray.ftl",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../locales/en");
    let mut code = String::new();
    for name in FILES {
        let path = folder.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let resource = fluent_syntax::parser::parse(text.as_str())
            .map_err(|(_, errors)| format!("{name}: {errors:?}"))?;
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                let id = message.id.name;
                if let Some(value) = &message.value {
                    write_type(&mut code, id, None, value)?;
                }
                for attribute in &message.attributes {
                    write_type(&mut code, id, Some(attribute.id.name), &attribute.value)?;
                }
            }
        }
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("messages.rs"), code)?;
    Ok(())
}

fn write_type(
    code: &mut String,
    id: &str,
    attribute: Option<&str>,
    pattern: &Pattern<&str>,
) -> Result<(), std::fmt::Error> {
    let mut names = BTreeSet::new();
    collect(pattern, &mut names);
    let name = match attribute {
        Some(attribute) => format!("{id}_{attribute}"),
        None => id.to_owned(),
    }
    .replace('-', "_");
    let mut fields = String::new();
    let mut pairs = String::new();
    for argument in &names {
        let field = argument.replace('-', "_");
        writeln!(fields, "    pub {field}: Value<'a>,")?;
        writeln!(pairs, "            (\"{argument}\", self.{field}),")?;
    }
    let lifetime = if names.is_empty() { "" } else { "<'a>" };
    write!(
        code,
        "pub struct {name}{lifetime} {{
{fields}}}

impl<'a> Message<'a> for {name}{lifetime} {{
    const ID: &'static str = {id:?};
    const ATTRIBUTE: Option<&'static str> = {attribute:?};

    fn arguments(self) -> Vec<(&'static str, Value<'a>)> {{
        vec![
{pairs}        ]
    }}
}}

"
    )
}

fn collect<'s>(pattern: &Pattern<&'s str>, names: &mut BTreeSet<&'s str>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            collect_from(expression, names);
        }
    }
}

fn collect_from<'s>(expression: &Expression<&'s str>, names: &mut BTreeSet<&'s str>) {
    match expression {
        Expression::Inline(inline) => collect_inline(inline, names),
        Expression::Select { selector, variants } => {
            collect_inline(selector, names);
            for variant in variants {
                collect(&variant.value, names);
            }
        }
    }
}

fn collect_inline<'s>(inline: &InlineExpression<&'s str>, names: &mut BTreeSet<&'s str>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name);
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            for positional in &arguments.positional {
                collect_inline(positional, names);
            }
        }
        InlineExpression::Placeable { expression } => collect_from(expression, names),
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}
