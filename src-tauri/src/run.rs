//! One run of the app, from the arguments to the end: who is first, the window or the tray, the tasks beside
//! them, and the order in which things begin.

use crate::activation::Activation;
use crate::afresh::Shown;
use crate::app::{App, Outlets};
use crate::arguments::Arguments;
use crate::closing::{self, Then};
use crate::home::Home;
use crate::instance::{self, Instance, Wish};
use crate::notifications::{self, Happened, Popup};
use crate::presence::{self, Heard};
use crate::stage::{Stage, Wanted};
use crate::start::{self, Secrets};
use crate::tray::{self, Action, absence};
use crate::{autostart, commands, links, program, window};
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
const BUS_PATIENCE: Duration = Duration::from_secs(3);

/// Runs the app until it quits, or hands over to the one that runs already.
pub(crate) fn run(
    arguments: Arguments,
    activation: Activation,
    secrets: Secrets,
    shown: Shown,
) -> ExitCode {
    let Some(home) = Home::find(arguments.home.as_deref()) else {
        tracing::error!("there is no place for the data: set HOME, or use --home");
        return ExitCode::FAILURE;
    };
    let (wishes, bus) = match block_on(instance::ask(&home, &arguments, &activation)) {
        Instance::HandedOver => return ExitCode::SUCCESS,
        Instance::First { held, wishes } => (Some(wishes), Some(held)),
        Instance::Alone(why) => {
            tracing::warn!(why, "links and further starts cannot be handed over");
            (None, None)
        }
    };
    let hidden = arguments.hidden;
    let begin = Begin {
        hidden,
        link: arguments.link,
        wishes,
        bus,
    };
    let settings = SettingsFile::open(home.path(), autostart::is_on(), SystemClock.now());
    let (app, outlets) = App::new(Stage::new(), home, settings, shown);
    app.activation_is(if hidden {
        activation
    } else {
        activation.beyond_gtk()
    });
    if !hidden && gtk::init().is_err() {
        // Tauri asks for it again and says why the app cannot start.
        tracing::debug!("there is no display");
    }
    // Reads its files while the window is made; the page asks for them at once. Not before GTK, whose start changes
    // the environment that others read.
    spawn(start::core(Arc::clone(&app), secrets));
    if !hidden {
        return open(&app, move |app| begin_all(app, outlets, begin));
    }
    begin_all(&app, outlets, begin);
    match app.stage.wait() {
        Wanted::Window => open(&app, |_| {}),
        Wanted::End(status) => exit_code(status),
    }
}

fn exit_code(status: i32) -> ExitCode {
    u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Starts GTK and Tauri, shows the window, and goes on until the end. What is not needed for the first frame
/// comes `then`.
fn open(app: &Arc<App>, then: impl FnOnce(&Arc<App>) + Send + 'static) -> ExitCode {
    let opened = Arc::clone(app);
    let commands = commands::all();
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                // An absolute name is taken as it is, which keeps it in our home.
                .with_filename(app.home.path().join("window.json").to_string_lossy())
                .with_state_flags(window::REMEMBERED)
                .build(),
        )
        .invoke_handler(commands.invoke_handler())
        .setup(move |tauri| {
            commands.mount_events(tauri);
            tauri.manage(Arc::clone(&opened));
            opened.appearance.ask_gtk();
            if let Some(status) = opened.stage.opened(tauri.handle().clone()) {
                tauri.handle().exit(status);
                return Ok(());
            }
            window::raise_now(&opened)?;
            then(&opened);
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

struct Begin {
    hidden: bool,
    link: Option<String>,
    wishes: Option<mpsc::Receiver<Wish>>,
    bus: Option<zbus::Connection>,
}

/// Begins everything else that goes on behind the window.
fn begin_all(app: &Arc<App>, outlets: Outlets, begin: Begin) {
    if let Some(link) = begin.link {
        // The window that this very start opens is the one that the link leads to.
        app.link_has_window(!begin.hidden);
        spawn(open_link(Arc::clone(app), link));
    }
    let handed_over = begin.wishes.is_some();
    if let Some(wishes) = begin.wishes {
        spawn(hear_wishes(Arc::clone(app), wishes));
    }
    spawn(register_links(Arc::clone(app), handed_over));
    spawn(compose_notices(Arc::clone(app), outlets.notices));
    app.explain_lost_settings();
    spawn(hear_machine(Arc::clone(app)));
    spawn(hear_signals(Arc::clone(app)));
    let (app, tray, popups) = (Arc::clone(app), outlets.tray, outlets.popups);
    spawn(async move {
        let bus = match begin.bus {
            Some(bus) => Some(bus),
            None => session_bus().await,
        };
        let Some(bus) = bus else {
            tracing::warn!("without a session bus there are no tray and no notifications");
            app.tray_is_there(false);
            app.health_is(|health| health.notifications = false);
            end_if_unreachable(&app, 1);
            return;
        };
        app.bus_is(&bus);
        spawn(show_notifications(Arc::clone(&app), bus.clone(), popups));
        spawn(follow_appearance(Arc::clone(&app), bus.clone()));
        show_tray(app, bus, tray).await;
    });
}

async fn session_bus() -> Option<zbus::Connection> {
    match tokio::time::timeout(BUS_PATIENCE, zbus::Connection::session()).await {
        Ok(bus) => bus.ok(),
        Err(_) => None,
    }
}

async fn show_tray(app: Arc<App>, bus: zbus::Connection, view: watch::Receiver<TrayView>) {
    let (seen, shown) = watch::channel(None);
    let acted = Arc::clone(&app);
    let absence = absence::follow(Arc::clone(&app), shown, presence::screen_is_locked);
    spawn(absence);
    let ran = tray::run(
        &bus,
        view,
        move |there| {
            seen.send_replace(Some(there));
        },
        Arc::new(move |action, activation| {
            acted.activation_is(activation);
            act(&acted, action);
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
    app.tray_is_there(false);
    end_if_unreachable(&app, 0);
}

/// Without a session bus nobody could find an app that has no window. What is open goes on at the next start.
fn end_if_unreachable(app: &Arc<App>, status: i32) {
    if closing::bus_gone(app.visible()) == Then::Quit {
        tracing::error!(
            "there is no session bus: Bursar ends, since nothing would lead to it without a window; start it \
             without --hidden to use it here"
        );
        app.end(status);
    }
}

fn act(app: &Arc<App>, action: Action) {
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
                if let Err(error) = app.prefer(&change) {
                    tracing::warn!(%error, "hiding amounts was not kept");
                }
            });
        }
        Action::TopUp => ask_core(app, |app| async move {
            let (accounts, _, _) = app.core().await?.app_view().await?;
            match accounts.into_iter().find(|account| account.signed_in) {
                Some(account) => app.show(Page::TopUp {
                    account: account.id,
                }),
                None => window::raise(&app),
            }
            Ok(())
        }),
        Action::ReturnToPayment(account, top_up) => ask_core(app, |app| async move {
            app.core().await?.return_to_payment(account, top_up).await
        }),
        Action::CheckNow => ask_core(app, |app| async move {
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
fn ask_core<F>(app: &Arc<App>, work: impl FnOnce(Arc<App>) -> F + Send + 'static)
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

async fn show_notifications(
    app: Arc<App>,
    bus: zbus::Connection,
    popups: mpsc::UnboundedReceiver<Popup>,
) {
    let heard = Arc::clone(&app);
    let shown = notifications::run(
        &bus,
        popups,
        || app.shown(),
        move |happened| match happened {
            Happened::Server(there) => heard.health_is(|health| health.notifications = there),
            Happened::Sent => heard.sent(),
            Happened::Clicked(page, activation) => {
                heard.activation_is(activation);
                match page {
                    Some(page) => heard.show(page),
                    None => window::raise(&heard),
                }
            }
        },
    )
    .await;
    if let Err(error) = shown {
        tracing::warn!(%error, "notifications cannot be shown");
    }
    app.health_is(|health| health.notifications = false);
}

/// Gives notices their accounts' labels and makes one pop-up of those that came together.
async fn compose_notices(app: Arc<App>, mut notices: mpsc::UnboundedReceiver<Vec<Notice>>) {
    while let Some(together) = notices.recv().await {
        if let Some(popup) = composed(&app, &together).await {
            app.pop_up(popup);
        }
        app.sent();
    }
}

async fn composed(app: &App, together: &[Notice]) -> Option<Popup> {
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
    notifications::compose(together, &labels, settings.hide_amounts)
}

async fn follow_appearance(app: Arc<App>, bus: zbus::Connection) {
    if let Err(error) = app.appearance.follow(&bus, || app.repaint()).await {
        tracing::info!(%error, "the desktop does not tell of light and dark");
    }
}

async fn hear_wishes(app: Arc<App>, mut wishes: mpsc::Receiver<Wish>) {
    while let Some(wish) = wishes.recv().await {
        match wish {
            Wish::Show(activation) => {
                app.activation_is(activation);
                window::raise(&app);
            }
            Wish::Link(link, activation) => {
                app.activation_is(activation);
                app.link_has_window(false);
                open_link(Arc::clone(&app), link).await;
            }
        }
    }
}

/// The core decides what a link is worth, and raises the window for a good one.
async fn open_link(app: Arc<App>, link: String) {
    if app
        .meanwhile(|meanwhile| meanwhile.link = Some(link.clone()))
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
    let registered = spawn_blocking(move || register_program(&home)).await;
    let registered = match registered {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "links do not come back to Bursar");
            false
        }
        Err(_) => false,
    };
    app.health_is(|health| health.links = registered && handed_over);
}

/// Has links lead to this program, and a start with the session as well if the program that it names is gone.
fn register_program(home: &Home) -> Result<()> {
    let program = program::path()?;
    if let Err(error) = autostart::repair(&program) {
        tracing::warn!(%error, "starting with the session was not repaired");
    }
    links::register(&program, home.chosen())
}

async fn hear_machine(app: Arc<App>) {
    let core = Arc::clone(&app);
    let told = presence::run(|heard| match heard {
        Heard::TellsOfSleep(tells) => core.sleep_is_told(tells),
        Heard::Online(online) => {
            if let Some(core) = core.engine.running() {
                core.online(online);
            }
        }
        Heard::Woke => {
            if let Some(core) = core.engine.running() {
                core.woke();
            }
        }
    })
    .await;
    if let Err(error) = told {
        tracing::info!(%error, "the system bus tells nothing of network and sleep");
    }
}

/// The session ends, or somebody asks us to.
async fn hear_signals(app: Arc<App>) {
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
