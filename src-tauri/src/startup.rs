//! One run of the app, from the arguments to the end: who is first, the window or the tray, the tasks beside
//! them, and the order in which things begin.

use crate::app::{App, Receivers};
use crate::arguments::Arguments;
use crate::controller::close_action::{self, CloseAction};
use crate::controller::core_startup;
use crate::controller::missing_tray;
use crate::environment::EnvironmentSecrets;
use crate::home::Home;
use crate::main_thread::{MainThread, MainThreadRequest};
use crate::platform::activation::Activation;
use crate::platform::notifications::{self, ClickTargets, Popup, PopupEvent};
use crate::platform::power_and_network::{self, SystemEvent};
use crate::platform::single_instance::{self, Instance, InstanceRequest};
use crate::platform::tray::{self, Action};
use crate::platform::{autostart, executable, url_scheme};
use crate::{commands, popup_texts, window};
use bursar_core::clock::{Clock as _, SystemClock};
use bursar_core::error::Result;
use bursar_core::notice::Notice;
use bursar_core::settings_file::SettingsFile;
use bursar_core::view::{Page, SettingsChange, TrayView};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tauri::async_runtime::{block_on, spawn, spawn_blocking};
use tauri::{Manager as _, RunEvent};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

/// How long the session bus may take to answer at the start.
const BUS_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs the app until it quits, or hands over to the one that runs already.
pub(crate) fn run(
    arguments: Arguments,
    activation: Activation,
    secrets: EnvironmentSecrets,
    click_targets: ClickTargets,
) -> ExitCode {
    let Some(home) = Home::find(arguments.home.as_deref()) else {
        tracing::error!("there is no place for the data: set HOME, or use --home");
        return ExitCode::FAILURE;
    };
    let (requests, bus) = match block_on(single_instance::acquire(&home, &arguments, &activation)) {
        Instance::HandedOver => return ExitCode::SUCCESS,
        Instance::Primary {
            connection,
            requests,
        } => (Some(requests), Some(connection)),
        Instance::Standalone(why) => {
            tracing::warn!(why, "links and further starts cannot be handed over");
            (None, None)
        }
    };
    let hidden = arguments.hidden;
    let options = StartOptions {
        hidden,
        link: arguments.link,
        requests,
        bus,
    };
    let settings = SettingsFile::open(home.path(), autostart::is_enabled(), SystemClock.now());
    let (app, receivers) = App::new(MainThread::new(), home, settings, click_targets);
    app.keep_activation(if hidden {
        activation
    } else {
        activation.not_taken_by_gtk()
    });
    if !hidden && gtk::init().is_err() {
        // Tauri asks for it again and says why the app cannot start.
        tracing::debug!("there is no display");
    }
    // Reads its files while the window is made; the page asks for them at once. Not before GTK, whose start changes
    // the environment that others read.
    spawn(core_startup::start_core(Arc::clone(&app), secrets));
    if !hidden {
        return open(&app, move |app| {
            start_background_tasks(app, receivers, options)
        });
    }
    start_background_tasks(&app, receivers, options);
    match app.main_thread.wait() {
        MainThreadRequest::OpenWindow => open(&app, |_| {}),
        MainThreadRequest::Exit(status) => exit_code(status),
    }
}

fn exit_code(status: i32) -> ExitCode {
    u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Starts GTK and Tauri, shows the window, and goes on until the end. What is not needed for the first frame
/// comes `then`.
fn open(app: &Arc<App>, after_window: impl FnOnce(&Arc<App>) + Send + 'static) -> ExitCode {
    let opened = Arc::clone(app);
    let commands = commands::all();
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                // An absolute name is taken as it is, which keeps it in our home.
                .with_filename(app.home.path().join("window.json").to_string_lossy())
                .with_state_flags(window::SAVED_STATE)
                .build(),
        )
        .invoke_handler(commands.invoke_handler())
        .setup(move |tauri| {
            commands.mount_events(tauri);
            tauri.manage(Arc::clone(&opened));
            opened.appearance.read_gtk_setting();
            if let Some(status) = opened.main_thread.tauri_started(tauri.handle().clone()) {
                tauri.handle().exit(status);
                return Ok(());
            }
            window::raise_on_main_thread(&opened)?;
            after_window(&opened);
            Ok(())
        })
        .build(tauri::generate_context!());
    let tauri = match built {
        Ok(tauri) => tauri,
        Err(error) => {
            tracing::error!(%error, "the desktop does not let the app start");
            return ExitCode::FAILURE;
        }
    };
    let status = tauri.run_return(|_, event| {
        if let RunEvent::ExitRequested { api, code, .. } = event {
            // Without a status it is the last window that closed: that is for us to decide.
            if code.is_none() {
                api.prevent_exit();
            }
        }
    });
    exit_code(status)
}

struct StartOptions {
    hidden: bool,
    link: Option<String>,
    requests: Option<mpsc::Receiver<InstanceRequest>>,
    bus: Option<zbus::Connection>,
}

/// Begins everything else that goes on behind the window.
fn start_background_tasks(app: &Arc<App>, receivers: Receivers, options: StartOptions) {
    if let Some(link) = options.link {
        // The window that this very start opens is the one that the link leads to.
        app.link_opens_window(!options.hidden);
        spawn(open_link(Arc::clone(app), link));
    }
    let handed_over = options.requests.is_some();
    if let Some(requests) = options.requests {
        spawn(handle_instance_requests(Arc::clone(app), requests));
    }
    spawn(register_links(Arc::clone(app), handed_over));
    spawn(compose_popups(Arc::clone(app), receivers.notices));
    app.explain_reset_settings();
    spawn(watch_power_and_network(Arc::clone(app)));
    spawn(watch_signals(Arc::clone(app)));
    let (app, tray, popups) = (Arc::clone(app), receivers.tray, receivers.popups);
    spawn(async move {
        let bus = match options.bus {
            Some(bus) => Some(bus),
            None => session_bus().await,
        };
        let Some(bus) = bus else {
            tracing::warn!("without a session bus there are no tray and no notifications");
            app.set_tray_shown(false);
            app.update_health(|health| health.notifications = false);
            exit_if_unreachable(&app, 1);
            return;
        };
        app.set_bus(&bus);
        spawn(run_notifications(Arc::clone(&app), bus.clone(), popups));
        spawn(watch_appearance(Arc::clone(&app), bus.clone()));
        run_tray(app, bus, tray).await;
    });
}

async fn session_bus() -> Option<zbus::Connection> {
    match tokio::time::timeout(BUS_TIMEOUT, zbus::Connection::session()).await {
        Ok(bus) => bus.ok(),
        Err(_) => None,
    }
}

async fn run_tray(app: Arc<App>, bus: zbus::Connection, view: watch::Receiver<TrayView>) {
    let (report_shown, shown) = watch::channel(None);
    let action_app = Arc::clone(&app);
    let missing = missing_tray::watch(Arc::clone(&app), shown, power_and_network::screen_is_locked);
    spawn(missing);
    let ran = tray::run(
        &bus,
        view,
        move |there| {
            report_shown.send_replace(Some(there));
        },
        Arc::new(move |action, activation| {
            action_app.keep_activation(activation);
            on_tray_action(&action_app, action);
        }),
        app.withdrawn(),
    )
    .await;
    if let Err(error) = ran {
        tracing::warn!(%error, "the tray cannot be watched");
    }
    if app.is_withdrawn() {
        return;
    }
    // The bus has ended, and the tray with it.
    app.set_tray_shown(false);
    exit_if_unreachable(&app, 0);
}

/// Without a session bus nobody could find an app that has no window. What is open goes on at the next start.
fn exit_if_unreachable(app: &Arc<App>, status: i32) {
    if close_action::after_bus_lost(app.visible()) == CloseAction::Quit {
        tracing::error!(
            "there is no session bus: Bursar ends, since nothing would lead to it without a window; start it \
             without --hidden to use it here"
        );
        app.exit(status);
    }
}

fn on_tray_action(app: &Arc<App>, action: Action) {
    tracing::debug!(?action, "the tray was clicked");
    match action {
        Action::Open => window::raise(app),
        Action::Quit => app.quit(),
        Action::HideAmounts(hide_amounts) => {
            let app = Arc::clone(app);
            spawn_blocking(move || {
                let change = SettingsChange {
                    hide_amounts: Some(hide_amounts),
                    ..SettingsChange::default()
                };
                if let Err(error) = app.change_settings(&change) {
                    tracing::warn!(%error, "hiding amounts was not kept");
                }
            });
        }
        Action::TopUp => run_on_core(app, |app| async move {
            let (accounts, _, _) = app.core().await?.app_view().await?;
            match accounts.into_iter().find(|account| account.signed_in) {
                Some(account) => app.show_page(Page::TopUp {
                    account: account.id,
                }),
                None => window::raise(&app),
            }
            Ok(())
        }),
        Action::ReturnToPayment(account, top_up) => run_on_core(app, |app| async move {
            app.core().await?.return_to_payment(account, top_up).await
        }),
        Action::CheckNow => run_on_core(app, |app| async move {
            let core = app.core().await?;
            let (accounts, _, _) = core.app_view().await?;
            for account in accounts {
                core.check_now(account.id).await?;
            }
            Ok(())
        }),
    }
}

/// Runs a click's work; if it fails, the window comes up, where what is wrong is said.
fn run_on_core<F>(app: &Arc<App>, work: impl FnOnce(Arc<App>) -> F + Send + 'static)
where
    F: Future<Output = Result<()>> + Send,
{
    let app = Arc::clone(app);
    spawn(async move {
        if let Err(error) = work(Arc::clone(&app)).await {
            tracing::warn!(code = ?error.code, "a click in the tray came to nothing");
            window::raise(&app);
        }
    });
}

async fn run_notifications(
    app: Arc<App>,
    bus: zbus::Connection,
    popups: mpsc::UnboundedReceiver<Popup>,
) {
    let events_app = Arc::clone(&app);
    let shown = notifications::run(
        &bus,
        popups,
        || app.click_targets(),
        move |event| match event {
            PopupEvent::ServerAvailable(there) => {
                events_app.update_health(|health| health.notifications = there)
            }
            PopupEvent::Handled => events_app.popup_handled(),
            PopupEvent::Clicked(page, activation) => {
                events_app.keep_activation(activation);
                match page {
                    Some(page) => events_app.show_page(page),
                    None => window::raise(&events_app),
                }
            }
        },
    )
    .await;
    if let Err(error) = shown {
        tracing::warn!(%error, "notifications cannot be shown");
    }
    app.update_health(|health| health.notifications = false);
}

/// Gives notices their accounts' labels and makes one pop-up of those that came together.
async fn compose_popups(app: Arc<App>, mut notices: mpsc::UnboundedReceiver<Vec<Notice>>) {
    while let Some(batch) = notices.recv().await {
        if let Some(popup) = compose_popup(&app, &batch).await {
            app.queue_popup(popup);
        }
        app.popup_handled();
    }
}

async fn compose_popup(app: &App, batch: &[Notice]) -> Option<Popup> {
    let settings = app.settings.get();
    if !settings.notifications {
        return None;
    }
    let core = app.core().await.ok()?;
    let accounts = core.app_view().await.map(|(accounts, _, _)| accounts);
    let labels = accounts
        .unwrap_or_default()
        .into_iter()
        .map(|account| (account.id, account.label))
        .collect();
    popup_texts::compose(batch, &labels, settings.hide_amounts)
}

async fn watch_appearance(app: Arc<App>, bus: zbus::Connection) {
    if let Err(error) = app
        .appearance
        .watch_portal(&bus, || app.apply_appearance())
        .await
    {
        tracing::info!(%error, "the desktop does not tell of light and dark");
    }
}

async fn handle_instance_requests(app: Arc<App>, mut requests: mpsc::Receiver<InstanceRequest>) {
    while let Some(request) = requests.recv().await {
        match request {
            InstanceRequest::ShowWindow(activation) => {
                app.keep_activation(activation);
                window::raise(&app);
            }
            InstanceRequest::OpenLink(link, activation) => {
                app.keep_activation(activation);
                app.link_opens_window(false);
                open_link(Arc::clone(&app), link).await;
            }
        }
    }
}

/// The core decides what a link is worth, and raises the window for a good one.
async fn open_link(app: Arc<App>, link: String) {
    if app
        .defer(|deferred| deferred.link = Some(link.clone()))
        .is_some()
    {
        return;
    }
    if let Ok(core) = app.core().await {
        core.link(&link);
    }
}

async fn register_links(app: Arc<App>, handed_over: bool) {
    let home = app.home.clone();
    let registered = spawn_blocking(move || register_executable(&home)).await;
    let registered = match registered {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "links do not come back to Bursar");
            false
        }
        Err(_) => false,
    };
    app.update_health(|health| health.links = registered && handed_over);
}

/// Has links lead to this program, and a start with the session as well if the program that it names is gone.
fn register_executable(home: &Home) -> Result<()> {
    let program = executable::path()?;
    if let Err(error) = autostart::repair(&program) {
        tracing::warn!(%error, "starting with the session was not repaired");
    }
    url_scheme::register_handler(&program, home.custom_path())
}

async fn watch_power_and_network(app: Arc<App>) {
    let core = Arc::clone(&app);
    let watched = power_and_network::watch(|event| match event {
        SystemEvent::SleepSignals(available) => core.set_sleep_signals(available),
        SystemEvent::Online(online) => {
            if let Some(core) = core.core_handle.running() {
                core.online(online);
            }
        }
        SystemEvent::WokeUp => {
            if let Some(core) = core.core_handle.running() {
                core.woke();
            }
        }
    })
    .await;
    if let Err(error) = watched {
        tracing::info!(%error, "the system bus tells nothing of network and sleep");
    }
}

/// The session ends, or somebody asks us to.
async fn watch_signals(app: Arc<App>) {
    let (Ok(mut term), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.quit();
}
