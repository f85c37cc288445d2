//! What to do when the window closes, or when tray or session bus are lost, as pure decisions. Two rules stand behind
//! them: the app never runs unseen without having notified the user, and only the user opens its window.

use crate::app::Visibility;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseAction {
    /// Do nothing more.
    None,
    /// Keep running without window or tray until the open top-up has ended, and notify the user.
    Linger,
    /// Keep running without window or tray, and notify the user how to open the window.
    ExplainMissingTray,
    /// Quit the app.
    Quit,
}

/// The user has closed the window.
pub(crate) fn after_window_closed(visible: Visibility) -> CloseAction {
    match visible {
        Visibility { tray: true, .. } => CloseAction::None,
        Visibility { pending: true, .. } => CloseAction::Linger,
        Visibility { .. } => CloseAction::Quit,
    }
}

/// There is no tray, or it has been away for longer than a panel takes to restart.
pub(crate) fn after_tray_lost(visible: Visibility) -> CloseAction {
    if visible.tray || visible.window || visible.lingering {
        CloseAction::None
    } else {
        CloseAction::ExplainMissingTray
    }
}

/// There is no session bus any more: neither tray nor notification nor second start can reach the app.
pub(crate) fn after_bus_lost(visible: Visibility) -> CloseAction {
    if visible.window {
        CloseAction::None
    } else {
        CloseAction::Quit
    }
}

/// The last open top-up has ended.
pub(crate) fn after_top_up_ended(visible: Visibility) -> CloseAction {
    if visible.lingering && !visible.window && !visible.tray && !visible.pending {
        CloseAction::Quit
    } else {
        CloseAction::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = Visibility> {
        (0_u8..16).map(|bits| Visibility {
            tray: bits & 1 != 0,
            window: bits & 2 != 0,
            pending: bits & 4 != 0,
            lingering: bits & 8 != 0,
        })
    }

    #[test]
    fn closing_with_a_tray_keeps_the_app_running() {
        for visible in every().filter(|visible| visible.tray) {
            assert_eq!(after_window_closed(visible), CloseAction::None);
        }
    }

    #[test]
    fn closing_without_a_tray_quits_unless_a_top_up_is_open() {
        for visible in every().filter(|visible| !visible.tray) {
            let expected = if visible.pending {
                CloseAction::Linger
            } else {
                CloseAction::Quit
            };
            assert_eq!(after_window_closed(visible), expected);
        }
    }

    #[test]
    fn explains_a_missing_tray_when_nothing_is_visible() {
        for visible in every() {
            let invisible = !visible.tray && !visible.window && !visible.lingering;
            assert_eq!(
                after_tray_lost(visible) == CloseAction::ExplainMissingTray,
                invisible
            );
        }
    }

    #[test]
    fn losing_the_bus_quits_unless_a_window_is_open() {
        for visible in every() {
            assert_eq!(
                after_bus_lost(visible) == CloseAction::Quit,
                !visible.window
            );
        }
    }

    #[test]
    fn quits_after_the_top_up_only_when_lingering_and_invisible() {
        for visible in every() {
            let quits = visible
                == Visibility {
                    lingering: true,
                    ..Visibility::default()
                };
            assert_eq!(
                after_top_up_ended(visible) == CloseAction::Quit,
                quits,
                "{visible:?}"
            );
        }
    }
}
