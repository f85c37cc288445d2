//! A type for each message of `desktop.ftl`, `tray.ftl`, `popups.ftl`, `notifications.ftl` and `terminal.ftl`, with its arguments as fields. The build
//! script writes them from English.

#![allow(non_camel_case_types, missing_debug_implementations)]

use crate::Value;

/// A message with its arguments.
pub trait Message<'a> {
    const ID: &'static str;
    const ATTRIBUTE: Option<&'static str>;

    /// The arguments by the names that the message has for them.
    fn arguments(self) -> Vec<(&'static str, Value<'a>)>;
}

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
