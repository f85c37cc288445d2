//! What becomes of the app when its window closes, or when the tray or the bus goes: pure decisions. The rule behind
//! them is that the app is never where nobody can find it without having said so, and that nothing but the user brings
//! its window up.

use crate::app::Visibility;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseAction {
    /// Nothing more than what is happening anyway.
    None,
    /// Goes on without window or tray until the open top-up has ended, and says so.
    Linger,
    /// Goes on without window or tray, and says how to get in.
    ExplainMissingTray,
    /// Ends the app.
    Quit,
}

/// The user closes the window.
pub(crate) fn after_window_closed(visible: Visibility) -> CloseAction {
    match visible {
        Visibility { tray: true, .. } => CloseAction::None,
        Visibility { pending: true, .. } => CloseAction::Linger,
        Visibility { .. } => CloseAction::Quit,
    }
}

/// The tray has been away for longer than a panel takes to start again, or was never there.
pub(crate) fn after_tray_lost(visible: Visibility) -> CloseAction {
    if visible.tray || visible.window || visible.lingering {
        CloseAction::None
    } else {
        CloseAction::ExplainMissingTray
    }
}

/// The session bus has ended, or there is none: no tray, no notification and no second start lead to the app any more.
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
        for visible in every().filter(|one| one.tray) {
            assert_eq!(after_window_closed(visible), CloseAction::None);
        }
    }

    #[test]
    fn closing_without_a_tray_quits_unless_a_top_up_is_open() {
        for visible in every().filter(|one| !one.tray) {
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
