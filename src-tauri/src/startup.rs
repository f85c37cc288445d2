//! The start of the app: is it the first instance, does it show a window or only the tray, and what starts in which
//! order.

use crate::app::App;
use crate::arguments::Arguments;
use crate::controller::Controller;
use crate::controller::background_tasks::StartOptions;
use crate::environment::EnvironmentSecrets;
use crate::home::Home;
use crate::main_thread::{MainThread, MainThreadRequest};
use crate::platform::activation::Activation;
use crate::platform::autostart;
use crate::platform::deep_link_plugin;
use crate::platform::notifications::ClickTargets;
use crate::platform::single_instance::{self, Instance};
use crate::window_state::file::WindowStateFile;
use crate::{commands, window};
use bursar_core::clock::{Clock as _, SystemClock};
use bursar_core::settings_file::SettingsFile;
use std::process::ExitCode;
use std::sync::Arc;
use tauri::async_runtime::{block_on, spawn};
use tauri::{Manager as _, RunEvent};

/// Runs the app until it quits, or hands its arguments over to the running one.
pub(crate) fn run(
    arguments: Arguments,
    activation: Activation,
    secrets: EnvironmentSecrets,
    click_targets: ClickTargets,
) -> ExitCode {
    let Some(home) = Home::find(arguments.home.as_deref()) else {
        tracing::error!("there is no folder for the data: set HOME, or use --home");
        return ExitCode::FAILURE;
    };
    let (requests, bus) = match block_on(single_instance::acquire(&home, &arguments, &activation)) {
        Instance::HandedOver => return ExitCode::SUCCESS,
        Instance::Primary {
            connection,
            requests,
        } => (Some(requests), Some(connection)),
        Instance::Standalone(reason) => {
            tracing::warn!(reason, "further starts cannot hand over links");
            (None, None)
        }
    };
    let hidden = arguments.hidden;
    let options = StartOptions { requests, bus };
    let settings = SettingsFile::open(home.path(), autostart::is_enabled(), SystemClock.now());
    let (app, receivers) = App::new(MainThread::new(), home, settings, click_targets);
    app.keep_activation(if hidden {
        activation
    } else {
        activation.not_taken_by_gtk()
    });
    if !hidden && gtk::init().is_err() {
        // Tauri tries again, and reports why the app cannot start.
        tracing::debug!("there is no display");
    }
    // The core reads its files while the window is being built, because the page asks for them at once. It must not
    // start before GTK, whose start changes the environment that other threads read.
    let controller = Controller::new(Arc::clone(&app));
    spawn(Arc::clone(&controller).start_core(secrets));
    if !hidden {
        return open(&controller, arguments.link, move |controller| {
            controller.start_background_tasks(receivers, options);
        });
    }
    if let Some(link) = arguments.link {
        spawn(Arc::clone(&controller).receive_link(link));
    }
    controller.start_background_tasks(receivers, options);
    match app.main_thread.wait() {
        MainThreadRequest::OpenWindow => open(&controller, None, |_| {}),
        MainThreadRequest::Exit(status) => exit_code(status),
    }
}

fn exit_code(status: i32) -> ExitCode {
    u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Starts GTK and Tauri, shows the window, and runs until the app exits. `link` is what this window was opened for, if
/// anything. `after_window` starts what the first frame does not need.
fn open(
    controller: &Arc<Controller>,
    link: Option<String>,
    after_window: impl FnOnce(&Arc<Controller>) + Send + 'static,
) -> ExitCode {
    let app = Arc::clone(&controller.app);
    let controller = Arc::clone(controller);
    let commands = commands::all();
    let built = deep_link_plugin::add_to(tauri::Builder::default())
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                // The plugin uses an absolute path as it is, so the file stays in this home.
                .with_filename(app.home.path().join("window.json").to_string_lossy())
                .with_state_flags(window::SAVED_STATE)
                .build(),
        )
        .plugin(tauri_plugin_store::Builder::new().build())
        .invoke_handler(commands.invoke_handler())
        .setup(move |tauri| {
            tauri.manage(WindowStateFile::open(
                tauri.handle(),
                app.home.path(),
                &app.settings.get(),
            ));
            tauri.manage(Arc::clone(&app));
            tauri.manage(Arc::clone(&controller));
            app.appearance.read_gtk_setting();
            if let Some(status) = app.main_thread.tauri_started(tauri.handle().clone()) {
                tauri.handle().exit(status);
                return Ok(());
            }
            controller.raise_window_on_main_thread()?;
            controller.listen_for_links(tauri.handle(), link);
            after_window(&controller);
            Ok(())
        })
        .build(tauri::generate_context!());
    let tauri = match built {
        Ok(tauri) => tauri,
        Err(error) => {
            tracing::error!(%error, "could not start the desktop app");
            return ExitCode::FAILURE;
        }
    };
    let status = tauri.run_return(|_, event| {
        if let RunEvent::ExitRequested { api, code, .. } = event {
            // Without a status, the last window was closed. The controller decides what that means.
            if code.is_none() {
                api.prevent_exit();
            }
        }
    });
    exit_code(status)
}

#[cfg(test)]
mod tests {
    use bursar_core::APP_ID;

    /// Each plugin brings commands of its own, and a page may call none of them. Nor may it listen to events: the one
    /// for links carries secrets.
    #[test]
    fn pages_may_call_no_plugin() {
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        assert_eq!(capability["permissions"], serde_json::json!(["window"]));
    }

    /// Tauri's configuration file cannot refer to the constant.
    #[test]
    fn tauri_has_the_app_id() {
        let config: serde_json::Value =
            serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        assert_eq!(config["identifier"], APP_ID);
    }
}
