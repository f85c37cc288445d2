# What the desktop app says outside its window, besides tray and pop-ups.

# Comments of desktop entries. Some desktops show them next to the app’s name.
entry-autostart = Zeigt Cloud-Guthaben im Infobereich
entry-links = Öffnet Links, die zu Bursar zurückführen

# The command line.
desktop-help-home = Ordner mit den Daten von Bursar (oder BURSAR_HOME setzen)
desktop-help-hidden = Im Infobereich starten, ohne Fenster
desktop-help-version = Version anzeigen
desktop-help-help = Diese Hilfe anzeigen
desktop-argument-unreadable = Ein Argument ist kein Text in UTF-8.
desktop-home-missing = --home braucht einen Ordner.
desktop-argument-unknown = { $argument } ist keine Option.
