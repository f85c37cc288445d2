# Pop-ups of the desktop. A title is a few words on one line.

# Shown when window and tray are gone while a top-up is open.
lingering-title = Bursar läuft weiter
lingering-body = Eine Aufladung ist noch offen. Bursar läuft im Hintergrund, meldet das Ende der Aufladung und beendet sich dann. Um sie anzusehen, starten Sie Bursar erneut.

missing-tray-title = Bursar läuft ohne Symbol im Infobereich
missing-tray-body = Dieser Desktop zeigt derzeit keine Symbole im Infobereich. Bursar behält Ihr Guthaben im Blick und benachrichtigt Sie. Um das Fenster zu öffnen, starten Sie Bursar erneut.

closed-to-tray-title = Bursar ist im Infobereich
closed-to-tray-body = Dort behält Bursar Ihr Guthaben im Blick. Beenden können Sie es im Menü seines Symbols.

reset-settings-title = Die Einstellungen konnten nicht gelesen werden
reset-settings-body = Bursar verwendet wieder die Standardeinstellungen. Die beschädigte Datei wurde als { $path } aufbewahrt.

# Several notifications in one pop-up: each on a line, and then how many more there are.
summary-title =
    { $count ->
        [one] { $count } Benachrichtigung
       *[other] { $count } Benachrichtigungen
    }
summary-more =
    { $count ->
        [one] { $count } weitere Benachrichtigung
       *[other] { $count } weitere Benachrichtigungen
    }

# The button of a pop-up, where the desktop shows one.
popup-open = Anzeigen

# Titel der Dateidialoge der Arbeitsumgebung, und der Name einer Dateiart.
choose-export = Zahlungen exportieren
choose-invoice = Rechnung speichern
choose-network-file = Netzwerkdatei hinzufügen
network-file = Netzwerkdatei
