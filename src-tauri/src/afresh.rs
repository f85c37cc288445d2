//! Starting afresh in the tray: some time after the window was closed the process replaces itself by its own
//! hidden start, which gives back all that GTK and WebKit took. Nothing may be lost by it: the engine ends first,
//! pop-ups are sent, the name on the bus is let go, and what was asked for in between goes along to the new start.

use crate::app::App;
use crate::start::{self, Secrets};
use crate::{instance, lean, program, window};
use bursar_core::process;
use bursar_core::view::Page;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tauri::async_runtime::spawn_blocking;

/// A window that is opened again within this time opens at once, without GTK's start.
const CALM: Duration = Duration::from_secs(10);

/// What speaks against it is looked at less and less often.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// A desktop may take a pop-up away with the connection that it came by; so long it may be read.
const POPUP_IS_READ: Duration = Duration::from_secs(30);

/// How long the engine, the pop-ups and the bus may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The first handle after those of standard input, output and error.
const FIRST_OWN: i32 = 3;

/// Carries the pop-ups that can still be clicked over to the new start.
const SHOWN: &str = "BURSAR_SHOWN_POPUPS";

/// Pop-ups that can still be clicked, and where a click leads.
pub(crate) type Shown = BTreeMap<u32, Option<Page>>;

/// The file in a home that says which process is about to start afresh there.
const MARK: &str = "afresh";

/// A mark that is older was left behind by a start that failed.
const MARK_HOLDS: Duration = Duration::from_secs(5);

/// Whether the app of this home is between two of its starts, so that nobody else should take its place.
pub(crate) fn is_under_way(home: &Path) -> bool {
    let mark = home.join(MARK);
    let is_young = fs::metadata(&mark)
        .and_then(|about| about.modified())
        .is_ok_and(|at| at.elapsed().is_ok_and(|age| age < MARK_HOLDS));
    is_young && fs::read_to_string(&mark).is_ok_and(|pid| pid != std::process::id().to_string())
}

/// The new start has its place again; whatever mark there is has served.
pub(crate) fn is_over(home: &Path) {
    // There is none after an ordinary start.
    drop(fs::remove_file(home.join(MARK)));
}

fn mark(home: &Path) {
    if let Err(error) = fs::write(home.join(MARK), std::process::id().to_string()) {
        tracing::debug!(%error, "others are not told to wait for the fresh start");
    }
}

/// What is asked for while the process is about to be replaced.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meanwhile {
    pub(crate) window: bool,
    /// The last link that came: a link is only a hint to look, and the new start looks at everything.
    pub(crate) link: Option<String>,
}

/// Takes what the start before left for this one out of the environment.
pub(crate) fn take_shown() -> Shown {
    let shown = std::env::var(SHOWN).ok();
    gtk::glib::unsetenv(SHOWN);
    shown
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// The window was closed: starts afresh as soon as nothing speaks against it, unless a window comes back.
pub(crate) async fn after_close(app: Arc<App>) {
    let closed = app.openings.load(Ordering::Acquire);
    let mut wait = CALM;
    loop {
        let unread = app.last_popup().map_or(Duration::ZERO, |at| {
            POPUP_IS_READ.saturating_sub(at.elapsed())
        });
        tokio::time::sleep(wait.max(unread)).await;
        if app.openings.load(Ordering::Acquire) != closed || app.is_withdrawn() {
            return;
        }
        if may_begin(&app).await {
            break;
        }
        wait = wait.saturating_mul(2).min(LONGEST_WAIT);
    }
    tracing::info!("starting afresh in the tray");
    let error = replace(&app).await;
    let meanwhile = app.stay();
    if app.is_withdrawn() {
        return;
    }
    // Still here: what WebKit took stays taken, and all the rest goes on.
    tracing::warn!(%error, "the process could not start afresh");
    go_on(&app, meanwhile).await;
    let home = app.home.path().to_path_buf();
    drop(spawn_blocking(move || is_over(&home)).await);
}

async fn may_begin(app: &App) -> bool {
    let visible = app.visible();
    let read = app
        .last_popup()
        .is_none_or(|at| at.elapsed() >= POPUP_IS_READ);
    let (true, false, true, Some(core)) =
        (visible.tray, visible.window, read, app.engine.running())
    else {
        return false;
    };
    // An upgrade may be between taking the old program away and bringing the new one.
    program::path().is_ok() && core.can_hand_over().await
}

/// Ends what this process does and becomes the new one; comes back only with why it did not.
async fn replace(app: &App) -> io::Error {
    app.leave();
    let home = app.home.path().to_path_buf();
    if let Err(error) = spawn_blocking(move || mark(&home)).await {
        tracing::debug!(%error, "others are not told to wait for the fresh start");
    }
    let ended = async {
        if let Some(core) = app.engine.running() {
            core.stop().await;
        }
        app.all_popped_up().await;
        if let Some(bus) = app.bus() {
            // From here on a further start becomes the app itself, and finds the engine's lock free.
            instance::let_go(bus, &app.home).await;
        }
    };
    if tokio::time::timeout(PATIENCE, ended).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    let mut command = match program::path() {
        Ok(program) => process::command(program),
        Err(error) => return io::Error::other(error.message),
    };
    if let Ok(shown) = serde_json::to_string(&*app.shown()) {
        command.env(SHOWN, shown);
    }
    lean::leave_out(&mut command);
    if let Some(activation) = app.take_activation() {
        activation.put_into(&mut command);
        // For the window of this process, should it not be replaced after all.
        app.activation_is(activation);
    }
    let meanwhile = app.meanwhile(|_| {}).unwrap_or_default();
    if app.is_withdrawn() {
        return io::Error::other("the app was quit");
    }
    // GTK and WebKit leave handles open that are inherited; the new start would never close them.
    close_fds::set_fds_cloexec_threadsafe(FIRST_OWN, &[]);
    command.args(arguments(app.home.chosen(), &meanwhile));
    process::replace(command)
}

fn arguments(home: Option<&Path>, meanwhile: &Meanwhile) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    if let Some(home) = home {
        arguments.extend(["--home".into(), home.into()]);
    }
    if !meanwhile.window {
        arguments.push("--hidden".into());
    }
    arguments.extend(meanwhile.link.clone().map(OsString::from));
    arguments
}

/// Takes name and engine up again, and does what was asked for in between.
async fn go_on(app: &Arc<App>, meanwhile: Meanwhile) {
    if let Some(bus) = app.bus() {
        instance::take_again(bus, &app.home).await;
    }
    start::core(Arc::clone(app), Secrets::none()).await;
    if meanwhile.window {
        window::raise(app);
    }
    if let (Some(link), Ok(core)) = (meanwhile.link, app.core().await) {
        core.link(&link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn others_wait_for_a_fresh_start_and_not_for_one_that_failed() {
        let home = tempfile::tempdir().unwrap();
        assert!(!is_under_way(home.path()));
        mark(home.path());
        assert!(!is_under_way(home.path()), "the process itself goes on");
        fs::write(home.path().join(MARK), "1").unwrap();
        assert!(is_under_way(home.path()));
        let file = fs::File::options().write(true).open(home.path().join(MARK));
        let long_ago = SystemTime::now().checked_sub(MARK_HOLDS).unwrap();
        file.unwrap().set_modified(long_ago).unwrap();
        assert!(!is_under_way(home.path()));
        fs::write(home.path().join(MARK), "1").unwrap();
        is_over(home.path());
        assert!(!is_under_way(home.path()));
    }

    #[test]
    fn what_was_asked_for_in_between_goes_along() {
        let home = Path::new("/a b");
        let text = |meanwhile| arguments(Some(home), &meanwhile);
        assert_eq!(
            text(Meanwhile::default()),
            ["--home", "/a b", "--hidden"].map(OsString::from)
        );
        let link = Some("org.bursar.desktop://top-up/return?state=x".to_owned());
        let window = true;
        assert_eq!(
            arguments(
                None,
                &Meanwhile {
                    window,
                    link: link.clone()
                }
            ),
            link.iter().map(OsString::from).collect::<Vec<_>>()
        );
    }
}
