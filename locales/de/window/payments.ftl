# The list of payments, their details, and exports.

payments-unread = Zahlungen wurden noch nicht gelesen
payments-empty = Noch keine Zahlungen
    .text = Hier erscheinen Aufladungen, Gutschriften und Erstattungen. Sie bleiben auch offline lesbar.
payments-none = Keine passenden Zahlungen
    .text-chain = Durchsucht werden IDs, Quellen, Beträge und Transaktionen.
    .text-provider = Durchsucht werden IDs, Nummern, Zahler und Beträge.

missing-payments-address = Die Zahlungen konnten noch nicht gelesen werden. Den Grund finden Sie in der Übersicht.
missing-payments-keyring = Bursar wartet auf den Schlüsselbund, in dem der API-Schlüssel liegt.
missing-payments-signed_out = Melden Sie sich an, um die Zahlungen des Kontos zu sehen.
missing-payments-offline = Sie sind offline. Bursar liest die Zahlungen, sobald Sie wieder online sind.
missing-payments-failed = Die Zahlungen konnten noch nicht gelesen werden. Den Grund finden Sie in der Übersicht.
missing-payments-loading = Die Zahlungen werden geladen.

## Search and filters.

search = Zahlungen suchen
    .placeholder-chain = ID, Quelle, Betrag, Transaktion
    .placeholder-provider = ID, Nummer, Zahler, Betrag
filter-status-any = Jeder Status
filter-dates = Zeitraum
filter-dates-any = Gesamter Zeitraum
filter-last-days = { $days ->
    [one] Letzter Tag
   *[other] Letzte { $days } Tage
}
filter-dates-own = Eigener Zeitraum
filter-from = Von
filter-to = Bis
filter-date-malformed = Geben Sie ein Datum wie { $example } ein.
filter-accounts = Konten
filter-this-account = Dieses Konto
filter-all-accounts = Alle Konten
filter-clear = Filter zurücksetzen
payments-count = { $count ->
    [one] { $count } Zahlung
   *[other] { $count } Zahlungen
}
payments-count-matching = { $count ->
    [one] { $count } passende Zahlung
   *[other] { $count } passende Zahlungen
}
months = Sichtbarer Monat
    .placeholder = Zu einem Monat springen

## The rows.

payments-list = Zahlungen (neueste zuerst)
column-date = Datum
column-source = Quelle
column-id = ID
payments-columns = Spalten
row-fee = Gebühr { $amount }
row-verified = Verifiziert
row-loading = Wird geladen

## Reading older payments. Both parts can be under way, and a list joins them.

backfill-running = Ältere Zahlungen werden gelesen: { $progress }
backfill-stopped = Angehalten: { $progress }
backfill-payments = { $all ->
    [one] { NUMBER($read) } von { $all } Zahlung
   *[other] { NUMBER($read) } von { $all } Zahlungen
}
backfill-payments-so-far = { $read ->
    [one] bisher { $read } Zahlung
   *[other] bisher { $read } Zahlungen
}
backfill-blocks = { $most ->
    [one] { NUMBER($read) } von höchstens { $most } Block
   *[other] { NUMBER($read) } von höchstens { $most } Blöcken
}
backfill-stop = Anhalten
backfill-resume = Fortsetzen

## The details of a payment.

details = Zahlung
details-source = Quelle
details-contract = Balance-Contract
details-payer = Zahler
details-method = Zahlungsmethode
details-created = Erstellt
details-updated = Zuletzt geändert
details-number = Nummer
details-id = ID
details-transaction = Transaktion
details-transaction-base = Transaktion auf Base
details-block = Block
details-open-invoice = Rechnung öffnen
details-save-invoice = Rechnung als PDF speichern …
details-invoice-saved = Rechnung gespeichert
details-explorer = Im Explorer anzeigen

## Exports.

export = Exportieren
    .running = Export: { $percent }
export-dialog = Zahlungen exportieren
export-progress = Exportierte Zahlungen
export-progress-count = { $total ->
    [one] { NUMBER($written) } von { $total } Zahlung
   *[other] { NUMBER($written) } von { $total } Zahlungen
}
export-continues = Sie können dieses Dialogfenster schließen; der Export läuft weiter. Die Datei erscheint, wenn sie vollständig ist.
export-all = { $count ->
    [0] Die Liste enthält keine Zahlungen zum Exportieren.
    [one] Exportiert { $count } Zahlung mit ihren genauen Beträgen.
   *[other] Exportiert alle { $count } Zahlungen mit ihren genauen Beträgen.
}
export-filtered = { $count ->
    [0] Keine Zahlung entspricht den Filtern.
    [one] Exportiert die { $count } Zahlung, die den Filtern entspricht, mit ihren genauen Beträgen.
   *[other] Exportiert die { $count } Zahlungen, die den Filtern entsprechen, mit ihren genauen Beträgen.
}
export-written = { $count ->
    [one] { $count } Zahlung exportiert
   *[other] { $count } Zahlungen exportiert
}
export-cancelled = Export abgebrochen
    .text = Es wurde keine Datei erstellt oder ersetzt.
export-cancel = Export abbrechen
export-json = Als JSON exportieren …
export-csv = Als CSV exportieren …
