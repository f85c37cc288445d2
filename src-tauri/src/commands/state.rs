//! The state that Tauri hands to commands.

use crate::app::App;
use crate::controller::Controller;
use std::sync::Arc;
use tauri::State;

pub(super) type AppState<'a> = State<'a, Arc<App>>;
pub(super) type ControllerState<'a> = State<'a, Arc<Controller>>;
