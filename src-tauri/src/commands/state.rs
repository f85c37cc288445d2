//! What commands get from Tauri.

use crate::app::App;
use std::sync::Arc;
use tauri::State;

pub(super) type AppState<'a> = State<'a, Arc<App>>;
