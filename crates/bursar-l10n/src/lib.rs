//! The texts of everything but the window: tray, notifications, terminal and errors. They are Fluent messages in
//! `locales/`, in files that the window's tests check, too.
//!
//! A message of English is a type of its own (`messages`), which the build script writes. So the compiler finds a message that
//! does not exist and an argument that is missing: `text!(texts, tray_open, account = label)`.

mod detail;
mod language;
pub mod messages;
mod notice;
mod numbers;
mod paid_for;
mod resources;
mod texts;
mod value;

pub use language::Language;
pub use texts::{Medium, Texts};
pub use value::Value;

/// The text of a message of `Texts`, with its arguments by name: `text!(texts, tray_open, account = label)`. An attribute
/// follows the message's name after an underscore.
#[macro_export]
macro_rules! text {
    ($texts:expr, $message:ident $(, $name:ident = $value:expr)* $(,)?) => {
        $texts.text($crate::messages::$message { $($name: $crate::Value::from($value)),* })
    };
}
