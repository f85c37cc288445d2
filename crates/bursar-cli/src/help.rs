//! The command line with its help in the user's language. Each command's help is the message `terminal-help` with the command's
//! name, and each argument's is an attribute of it. Clap's own error messages are always English, because clap has no translations.

use crate::arguments::Arguments;
use crate::output::{CommandResult, Failure, print_line};
use bursar_core::error::Code;
use bursar_core::networks::provider_names;
use bursar_l10n::{Texts, text};
use clap::{Arg, Command, CommandFactory as _};
use std::process::ExitCode;

/// The message of the program itself.
const ROOT: &str = "terminal-help";

/// The place of options that every command has: after its own.
const AFTER_OWN: usize = 100;

/// The command line, with help in the language of `texts`.
pub(crate) fn command(texts: &Texts) -> Command {
    in_words(Arguments::command(), ROOT, texts)
}

/// Prints the help of the command with these names: `["account", "add"]`.
pub(crate) fn print(texts: &Texts, names: &[String]) -> CommandResult {
    let mut command = command(texts);
    command.build();
    let mut found = &mut command;
    for name in names {
        found = found
            .find_subcommand_mut(name)
            .ok_or_else(|| Failure::Words {
                code: Code::Usage,
                words: text!(texts, terminal_no_command, command = name),
            })?;
    }
    print_line(found.render_long_help().to_string().trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn in_words(command: Command, id: &str, texts: &Texts) -> Command {
    let template = format!(
        "{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}",
        text!(texts, terminal_usage_heading)
    );
    let mut command = command
        .about(words(texts, id, None))
        .help_template(template)
        .subcommand_help_heading(text!(texts, terminal_commands_heading))
        .mut_args(|argument| argument_in_words(argument, id, texts));
    let names: Vec<String> = command
        .get_subcommands()
        .map(|subcommand| subcommand.get_name().to_owned())
        .collect();
    for name in names {
        let of_subcommand = format!("{id}-{name}");
        command = command.mut_subcommand(name, |subcommand| {
            in_words(subcommand, &of_subcommand, texts)
        });
    }
    command
}

/// The texts name defaults and possible values themselves: clap's words for them are English.
fn argument_in_words(argument: Arg, id: &str, texts: &Texts) -> Arg {
    let help = words(texts, id, Some(argument.get_id().as_str()));
    let heading = if argument.is_positional() {
        text!(texts, terminal_arguments_heading)
    } else {
        text!(texts, terminal_options_heading)
    };
    let takes_values = argument.get_action().takes_values();
    let is_global = argument.is_global_set();
    let argument = argument
        .help(help)
        .long_help(None::<&str>)
        .help_heading(heading)
        .hide_default_value(takes_values)
        .hide_possible_values(takes_values);
    if is_global {
        argument.display_order(AFTER_OWN)
    } else {
        argument
    }
}

/// Empty if there is no such text; a test finds that.
fn words(texts: &Texts, id: &str, attribute: Option<&str>) -> String {
    let providers: Vec<_> = provider_names().collect();
    let providers = providers.join(", ");
    texts
        .by_id(id, attribute, [("providers", providers.into())])
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_l10n::{Language, Medium};
    use std::collections::BTreeSet;

    /// The ids of a command's help, and of its subcommands'.
    fn ids(command: &Command, id: &str) -> Vec<String> {
        let own = command
            .get_arguments()
            .map(|argument| format!("{id}.{}", argument.get_id()));
        let nested = command
            .get_subcommands()
            .flat_map(|one| ids(one, &format!("{id}-{}", one.get_name())));
        [id.to_owned()]
            .into_iter()
            .chain(own)
            .chain(nested)
            .collect()
    }

    /// The ids of the help in a Fluent file.
    fn written(file: &str) -> BTreeSet<String> {
        let mut message = "";
        let mut found = BTreeSet::new();
        for line in file.lines() {
            let Some((name, _)) = line.split_once(" =") else {
                continue;
            };
            match name.trim_start().strip_prefix('.') {
                Some(attribute) => drop(found.insert(format!("{message}.{attribute}"))),
                None => {
                    message = name;
                    found.insert(name.to_owned());
                }
            }
        }
        found
            .into_iter()
            .filter(|id| id.starts_with(ROOT))
            .collect()
    }

    #[test]
    fn every_command_and_argument_has_help_and_no_help_is_left_over() {
        let commands: BTreeSet<String> = ids(&Arguments::command(), ROOT).into_iter().collect();
        assert_eq!(
            written(include_str!("../../../locales/en/terminal-help.ftl")),
            commands
        );
    }

    #[test]
    fn help_is_in_one_language() {
        for (language, heading, about) in [
            (
                Language::English,
                "Usage: bursar",
                "List the payments (newest first)",
            ),
            (
                Language::German,
                "Aufruf: bursar",
                "Zahlungen auflisten, neueste zuerst",
            ),
            (
                Language::Spanish,
                "Uso: bursar",
                "Enumerar los pagos, los más recientes primero",
            ),
        ] {
            let texts = Texts::new(language, Medium::Terminal);
            let mut command = command(&texts);
            command.build();
            let help = command.render_long_help().to_string();
            assert!(help.contains(heading) && help.contains(about), "{help}");
            let others = [
                "Usage:",
                "Commands:",
                "Options:",
                "default:",
                "possible values",
            ];
            if language != Language::English {
                let history = command.find_subcommand_mut("charges").unwrap();
                for help in [help, history.render_long_help().to_string()] {
                    assert!(
                        others.iter().all(|english| !help.contains(english)),
                        "{help}"
                    );
                }
            }
        }
    }

    #[test]
    fn command_line_is_valid_in_every_language() {
        for language in Language::ALL {
            command(&Texts::new(language, Medium::Terminal)).debug_assert();
        }
    }
}
