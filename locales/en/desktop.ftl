# What the desktop app says outside its window, besides tray and pop-ups.

# Comments of desktop entries. Some desktops show them next to the app’s name.
entry-autostart = Shows cloud balances in the tray
entry-links = Opens links that return to Bursar

# The command line.
desktop-help-home = Bursar’s data folder (or set BURSAR_HOME)
desktop-help-hidden = Start in the tray, without a window
desktop-help-version = Show the version
desktop-help-help = Show this help
desktop-argument-unreadable = An argument is not valid UTF-8 text.
desktop-home-missing = --home needs a folder.
desktop-argument-unknown = Unknown option: { $argument }.
