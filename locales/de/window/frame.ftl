# The frame around the pages: navigation, header and banners.

# A soft hyphen is where a word may break in the narrow sidebar.
page-overview = Übersicht
page-top_up = Aufladen
page-payments = Zahlungen
page-inbox = Post{ "\u00AD" }eingang
page-accounts = Konten
page-settings = Einstel{ "\u00AD" }lungen
page-balances = Alle Konten
page-connect = Konto verbinden

skip-to-content = Zum Inhalt springen

nav = Konten und Seiten
nav-pages = Seiten
nav-accounts = Konten
nav-connect = Verbinden
nav-all-accounts = Alle Konten
    .short = Alle
nav-signed-out = Abgemeldet
# Read aloud instead of the number beside the inbox.
nav-unread = { $count ->
    [one] { $count } ungelesene Benachrichtigung
   *[other] { $count } ungelesene Benachrichtigungen
}

header-sandbox = Sandbox
    .tip = Ein Anbieter auf diesem Computer, der mit Spielgeld arbeitet

## Banners. One of the first three sentences says how old the figures are.

banners = Statusmeldungen
banner-figures-last = Angezeigt werden die zuletzt bekannten Werte.
banner-figures-from = Stand der Werte: { $time }.
banner-figures-none = Es liegen noch keine Werte vor.
banner-offline = <strong>Sie sind offline.</strong>
banner-signed-out = <strong>Sie sind von { $account } abgemeldet.</strong>
banner-key-unreadable = <strong>Der API-Schlüssel für { $account } ist nicht lesbar.</strong>
banner-stale = <strong>Die Werte sind nicht aktuell.</strong>

## Desktop services that are missing: their names in a list, or a title and what to do.

services-missing = <strong>Einige Desktop-Dienste fehlen:</strong> { $services }.
services-more = Details einblenden
services-less = Details ausblenden
services-hide = Ausblenden, bis ein weiterer Dienst fehlt
service-keyring = Schlüsselbund
    .title = Kein Schlüsselbund.
    .text = Wenn Sie einen haben, entsperren Sie ihn, damit Bursar Ihre Schlüssel lesen kann. Ohne Schlüsselbund wie GNOME Keyring vergisst Bursar Ihre Schlüssel beim Beenden.
service-tray = Infobereich
    .title = Kein Infobereich.
    .text = Wenn Sie das Fenster schließen, wird Bursar beendet, sofern keine Aufladung offen ist. Installieren Sie unter GNOME die Erweiterung AppIndicator.
service-notifications = Benachrichtigungen
    .title = Keine Benachrichtigungen.
    .text = Dieser Desktop zeigt keine Benachrichtigungen an. Im Posteingang finden Sie alle.
service-links = Links aus dem Browser
    .title = Keine Links aus dem Browser.
    .text = Bursar konnte seine Links nicht registrieren. Ihre Zahlungen bemerkt Bursar trotzdem, aber Sie müssen selbst zu diesem Fenster zurückkehren.
