# Words and sentences that several pages use.

action-cancel = Abbrechen
action-close = Schließen
action-copied = Kopiert
action-details = Details
action-dismiss = Ausblenden
action-done = Fertig
action-enter-address = Wallet-Adresse eingeben
action-open-console = Konsole öffnen
action-return-to-payment = Zurück zur Zahlung
action-save = Speichern
action-sign-in-again = Erneut anmelden
action-top-up = Aufladen
action-try-again = Erneut versuchen

account = Konto
amount = Betrag
api-key = API-Schlüssel
balance = Guthaben
default = Standard
fee = Gebühr
hide-amounts = Beträge ausblenden
# In place of a balance.
owes = { $amount } Schulden
sandbox = Sandbox
show-amounts = Beträge anzeigen
status = Status
wallet-address = Wallet-Adresse

amount-unknown = unbekannt
amount-hidden = ausgeblendet
field-optional = (optional)
field-reveal = Eingabe anzeigen
setting-not-saved = Die Einstellung konnte nicht gespeichert werden.
select-label = { $label }: { $value }
select-count = { $count ->
    [one] { $count } ausgewählt
   *[other] { $count } ausgewählt
}

## Copying to the clipboard. `.copied` and `.failed` are read aloud.

copy-wallet_address = Wallet-Adresse kopieren
    .copied = Wallet-Adresse kopiert.
    .failed = Die Wallet-Adresse konnte nicht kopiert werden.
copy-payment_number = Zahlungsnummer kopieren
    .copied = Zahlungsnummer kopiert.
    .failed = Die Zahlungsnummer konnte nicht kopiert werden.
copy-payment_id = Zahlungs-ID kopieren
    .copied = Zahlungs-ID kopiert.
    .failed = Die Zahlungs-ID konnte nicht kopiert werden.
copy-payment_report = Bericht für den Anbieter kopieren
    .copied = Bericht kopiert.
    .failed = Der Bericht konnte nicht kopiert werden.
copy-transaction = Transaktion kopieren
    .copied = Transaktion kopiert.
    .failed = Die Transaktion konnte nicht kopiert werden.
copy-payment_link = Link kopieren
    .copied = Zahlungslink kopiert.
    .failed = Der Zahlungslink konnte nicht kopiert werden.
copy-scopes = Berechtigungen kopieren
    .copied = Berechtigungen kopiert.
    .failed = Die Berechtigungen konnten nicht kopiert werden.
copy-diagnostics = Diagnosedaten kopieren
    .copied = Diagnosedaten kopiert.
    .failed = Die Diagnosedaten konnten nicht kopiert werden.

## Points in time. `$age` is "just now", "4 minutes ago", or a date and time.

time-just-now = gerade eben
time-unknown = zu unbekannter Zeit
updated = Aktualisiert { $age }
updated-sentence = Aktualisiert { $age }.
list-from = Stand dieser Liste: { $age }.

## What is being loaded, for screen readers.

loading-account = Das Konto wird geladen …
loading-accounts = Die Konten werden geladen …
loading-dues = Dienste und Bestellungen werden geladen …
loading-inbox = Der Posteingang wird geladen …
loading-methods = Zahlungsmethoden werden geladen …
loading-networks = Netzwerke werden geladen …
loading-payment = Die Zahlung wird geladen …
loading-payments = Zahlungen werden geladen …

## How many days the balance lasts, as the core counts: whole days.

days-left = { $days ->
    [0] Reicht noch weniger als einen Tag
    [one] Reicht noch { $days } Tag
   *[other] Reicht noch { $days } Tage
}
days-left-low = { $days ->
    [0] Reicht noch weniger als einen Tag, Guthaben niedrig
    [one] Reicht noch { $days } Tag, Guthaben niedrig
   *[other] Reicht noch { $days } Tage, Guthaben niedrig
}
running-low = Guthaben niedrig

## Why a figure is missing, beneath the figure.

missing-address = Wallet-Adresse fehlt
missing-keyring = Wartet auf den Schlüsselbund
missing-signed_out = Abgemeldet
missing-offline = Offline
missing-failed = Nicht lesbar
missing-loading = Wird geladen …

## The states of a saved payment method.

saved-pending = Bestätigung ausstehend
saved-confirmed = Bestätigt
saved-failed = Fehlgeschlagen: nicht verwendbar
saved-method-until = { $card }, gültig bis { $date }
provider-title = { $title ->
    [hosting] Hosting-Panel
    [unknown] Unbekannter Anbieter
   *[own_name] { $name }
}
