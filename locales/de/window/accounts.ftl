# Connecting accounts, and the page that lists them.

accounts-empty = Kein Konto verbunden
    .text = Verbinden Sie ein Konto per API-Schlüssel oder durch Anmeldung im Browser.

# The names of an account's data. Their values are dates, names, and the sentences `session-*` after "Signed in".
card-provider = Anbieter
card-network = Netzwerk
card-api-host = API-Host
card-address-missing = Nicht eingegeben. Das Guthaben stammt nur aus der API des Anbieters, und Zahlungen können nicht verifiziert werden.
card-signed-in = Angemeldet
session-no = Nein
session-unknown = Unbekannt: { $message }
session-waiting = Wartet auf den Schlüsselbund
session-until-quit = Bis Bursar beendet wird
session-kept = Ja, der API-Schlüssel liegt im Schlüsselbund
card-key-expires = Schlüssel läuft ab
card-key-expires-nearness = { $nearness ->
    [soon] { $date } (bald)
    [over] { $date } (dieser Tag ist vorbei)
   *[later] { $date }
}
card-connected = Verbunden seit
card-change-key = API-Schlüssel ändern
card-edit = Bearbeiten
card-methods = Zahlungsmethoden
card-explorer = Explorer öffnen
card-refresh = Alles aktualisieren
card-sign-out = Abmelden
card-remove = Entfernen

sign-out = Von { $account } abmelden?
    .text = Bursar löscht den API-Schlüssel aus dem Schlüsselbund. Den Verlauf können Sie weiterhin lesen, aber Bursar ruft erst nach der nächsten Anmeldung wieder Daten ab.
    .confirm = Abmelden
    .keep = Angemeldet bleiben
remove-account = { $account } entfernen?
    .text = Dabei werden API-Schlüssel, Verlauf und Benachrichtigungen des Kontos von diesem Computer gelöscht. Konto und Guthaben bleiben beim Anbieter, und Sie können das Konto wieder verbinden.
    .confirm = Konto entfernen
    .keep = Konto behalten

edit-account = { $account } bearbeiten
edit-name = Name
edit-address-hint = Das Guthaben dieser Adresse liest Bursar aus der Blockchain. Die Adresse ist öffentlich; geben Sie niemals einen privaten Schlüssel ein.
key-expiry = API-Schlüssel läuft ab am
    .hint = Falls Ihr API-Schlüssel ein Ablaufdatum hat, geben Sie es ein. Bursar erinnert Sie 7 Tage und 1 Tag vorher.

sign-in = Bei { $account } anmelden
    .submit = Anmelden
    .browser = Stattdessen im Browser anmelden
    .waiting-text = Schließen Sie die Anmeldung dort ab. Dieses Dialogfenster schließt sich dann von selbst.
key-host = Bursar sendet Ihren API-Schlüssel nur an <mono>{ $host }</mono>.
browser-waiting = Warten auf den Browser

## Connecting an account.

connect-intro = Bursar behält Ihr vorausbezahltes Cloud-Guthaben im Blick: wie viel übrig ist, wie lange es reicht und wann eine Aufladung ankommt. Bursar verwahrt keine Wallet-Schlüssel und signiert nichts.
connect-network = Wo haben Sie Ihr Konto?
connect-other-networks = Weitere Netzwerke
connect-network-file = Netzwerk aus Datei hinzufügen …
connect-how = Art der Verbindung
connect-by-key = API-Schlüssel
connect-by-browser = Anmeldung im Browser
connect-step-create = API-Schlüssel erstellen
connect-keys-page = API-Schlüssel-Seite öffnen
connect-preset = Die Voreinstellung „{ $preset }“ genügt, um das Guthaben im Blick zu behalten. Wenn Bursar auch Aufladungen starten soll, wählen Sie stattdessen einzelne Berechtigungen (Scopes):
connect-step-scopes = Geben Sie ihm nur diese Berechtigungen (Scopes):
# The names of two lists of scopes.
connect-scopes-read = Zum Lesen
connect-scopes-top-up = Zum Aufladen
connect-step-paste = Schlüssel einfügen
    .hint = Die Konsole zeigt den Schlüssel nur einmal an.
connect-step-address = Wallet-Adresse eingeben
connect-address-hint = Die Adresse, deren Guthaben Bursar aus der Blockchain liest. In den Einstellungen der Konsole heißt sie „Wallet public address“. Ohne sie stammt das Guthaben nur aus der API des Anbieters, und Zahlungen können nicht verifiziert werden.
connect-no-keyring = Kein Schlüsselbund verfügbar
    .text = Bursar vergisst den API-Schlüssel beim Beenden und fragt dann erneut danach. Um den Schlüssel zu behalten, entsperren oder installieren Sie zuerst einen Schlüsselbund wie GNOME Keyring.
connect-session-only = API-Schlüssel beim Beenden von Bursar vergessen
connect-submit = Verbinden
connect-busy = Verbindung wird hergestellt …
connect-browser-host = Im Browser öffnet sich die Anmeldeseite von <mono>{ $host }</mono>, die Sie danach zu Bursar zurückführt. In Bursar geben Sie keine Zugangsdaten ein.
connect-browser-open = Anmeldeseite öffnen
connect-waiting-text = Schließen Sie die Anmeldung dort ab. Wenn Sie die Seite geschlossen haben, öffnen Sie sie erneut.
connect-waiting-reopen = Seite erneut öffnen
connect-waiting-stop = Nicht mehr warten
key-checks = Was der Schlüssel erlaubt
key-use = { $use ->
    [payments] Guthaben und Zahlungen lesen
    [spending] Ausgaben lesen
   *[top-ups] Aufladungen starten
}
key-check = { $state ->
    [waiting] Noch nicht geprüft
    [trying] Wird geprüft …
    [granted] Funktioniert
    [missing] Nicht erlaubt
   *[unknown] Unbekannt
}
key-check-needs = Dafür ist die Berechtigung <mono>{ $scope }</mono> nötig, die zur Voreinstellung „{ $preset }“ gehört.
connected = { $account } ist verbunden.
connected-unnamed = Das Konto ist verbunden.
connected-warnings = { $count ->
    [one] Vorerst gibt es eine Einschränkung:
   *[other] Vorerst gibt es einige Einschränkungen:
}
connected-key-limits = Das Konto funktioniert mit dem, was der Schlüssel erlaubt. Um das zu ändern, erstellen Sie einen anderen Schlüssel und wählen Sie auf der Seite „Konten“ „API-Schlüssel ändern“.
connected-continue = Zur Übersicht

## Saved payment methods.

methods = Zahlungsmethoden
    .text = { $provider } speichert sie für { $account }. Bursar sieht weder Kartennummern noch Passwörter.
methods-page-opened = Weiter im Browser
    .text = Geben Sie die Daten dort ein. Bis der Anbieter die Zahlungsmethode bestätigt, wird sie hier als ausstehend angezeigt.
methods-empty = Es sind keine Zahlungsmethoden gespeichert.
methods-make-default = Als Standard festlegen
    .label = Als Standard festlegen: { $method }
methods-remove = Entfernen
    .label = { $method } entfernen
methods-add = { $method } hinzufügen
remove-method = { $method } entfernen?
    .text = Der Anbieter löscht diese Zahlungsmethode. Um sie wieder zu verwenden, müssen Sie ihre Daten auf einer Zahlungsseite neu eingeben.
    .confirm = Zahlungsmethode entfernen
    .keep = Zahlungsmethode behalten
