//! What becomes of the app when its window closes, or when the tray or the bus goes: pure decisions. The rule behind
//! them is that the app is never where nobody can find it without having said so, and that nothing but the user brings
//! its window up.

/// What the app looks like from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visible {
    pub(crate) tray: bool,
    pub(crate) window: bool,
    /// A top-up is open.
    pub(crate) pending: bool,
    /// Without window and tray until the open top-up has ended; the user was told.
    pub(crate) lingering: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing more than what is happening anyway.
    Nothing,
    /// Goes on without window or tray until the open top-up has ended, and says so.
    Linger,
    /// Goes on without window or tray, and says how to get in.
    Tell,
    /// Ends the app.
    Quit,
}

/// The user closes the window.
pub(crate) fn window_closed(visible: Visible) -> Then {
    match visible {
        Visible { tray: true, .. } => Then::Nothing,
        Visible { pending: true, .. } => Then::Linger,
        Visible { .. } => Then::Quit,
    }
}

/// The tray has been away for longer than a panel takes to start again, or was never there.
pub(crate) fn tray_gone(visible: Visible) -> Then {
    if visible.tray || visible.window || visible.lingering {
        Then::Nothing
    } else {
        Then::Tell
    }
}

/// The session bus has ended, or there is none: no tray, no notification and no second start lead to the app any more.
pub(crate) fn bus_gone(visible: Visible) -> Then {
    if visible.window {
        Then::Nothing
    } else {
        Then::Quit
    }
}

/// The last open top-up has ended.
pub(crate) fn top_up_ended(visible: Visible) -> Then {
    if visible.lingering && !visible.window && !visible.tray && !visible.pending {
        Then::Quit
    } else {
        Then::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = Visible> {
        (0_u8..16).map(|bits| Visible {
            tray: bits & 1 != 0,
            window: bits & 2 != 0,
            pending: bits & 4 != 0,
            lingering: bits & 8 != 0,
        })
    }

    #[test]
    fn closing_with_a_tray_only_closes_the_window() {
        for visible in every().filter(|one| one.tray) {
            assert_eq!(window_closed(visible), Then::Nothing);
        }
    }

    #[test]
    fn closing_without_a_tray_quits_unless_money_is_on_its_way() {
        for visible in every().filter(|one| !one.tray) {
            let then = if visible.pending {
                Then::Linger
            } else {
                Then::Quit
            };
            assert_eq!(window_closed(visible), then);
        }
    }

    #[test]
    fn the_app_is_never_unseen_without_having_said_so() {
        for visible in every() {
            let unseen = !visible.tray && !visible.window && !visible.lingering;
            assert_eq!(tray_gone(visible) == Then::Tell, unseen);
        }
    }

    #[test]
    fn without_a_bus_only_a_window_keeps_it() {
        for visible in every() {
            assert_eq!(bus_gone(visible) == Then::Quit, !visible.window);
        }
    }

    #[test]
    fn it_ends_with_the_top_up_only_while_it_lingers_unseen() {
        for visible in every() {
            let quits = visible
                == Visible {
                    lingering: true,
                    ..Visible::default()
                };
            assert_eq!(top_up_ended(visible) == Then::Quit, quits, "{visible:?}");
        }
    }
}
