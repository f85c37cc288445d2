# Pop-ups of the desktop. A title is a few words on one line.

# Shown when window and tray are gone while a top-up is open.
lingering-title = Bursar is still running
lingering-body = A top-up is still in progress. Bursar runs in the background, notifies you when the top-up ends, and then quits. To see the top-up, start Bursar again.

missing-tray-title = Bursar is running without a tray icon
missing-tray-body = This desktop shows no tray icons right now. Bursar keeps watching your balances and notifies you. To open the window, start Bursar again.

closed-to-tray-title = Bursar is in the tray
closed-to-tray-body = Bursar keeps watching your balances. To quit Bursar, use the menu of its tray icon.

reset-settings-title = Settings could not be read
reset-settings-body = Bursar now uses the default settings. The damaged file was kept as { $path }.

# Several notifications in one pop-up: each on a line, and then how many more there are.
summary-title =
    { $count ->
        [one] { $count } notification
       *[other] { $count } notifications
    }
summary-more =
    { $count ->
        [one] { $count } more notification
       *[other] { $count } more notifications
    }

# The button of a pop-up, where the desktop shows one.
popup-open = Open Bursar

# Titles of the desktop’s file dialogs, and the name of a kind of file.
choose-export = Export payments
choose-invoice = Save invoice
choose-network-file = Add network file
network-file = Network file
