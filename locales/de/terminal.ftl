# What the terminal program prints. Its JSON, CSV and logs are the same in every language.

# Between the parts of the help, which is in terminal-help.ftl.
terminal-usage-heading = Aufruf:
terminal-commands-heading = Befehle
terminal-arguments-heading = Argumente
terminal-options-heading = Optionen

# Errors. The error’s code follows in brackets. { $reason } is the system’s own text, in English or the system’s language.
terminal-not-started = Bursar konnte nicht starten. Das System meldet: { $reason }.
terminal-home-unknown = Bursar findet Ihren persönlichen Ordner nicht. Geben Sie mit --home an, wo die Daten sind.
terminal-api-keys-malformed = BURSAR_API_KEYS muss ein JSON-Objekt sein, das zu jedem Kontonamen einen API-Schlüssel enthält.
terminal-no-command = Es gibt keinen Befehl { $command }.
terminal-no-account = Kein Konto ist verbunden. Verbinden Sie eines mit „bursar account add“.
terminal-no-account-named = Es gibt kein Konto mit dem Namen { $account }.
terminal-several-accounts = Es gibt mehrere Konten. Wählen Sie eines mit --account.
terminal-file-missing = Es gibt keine Datei { $path }.
terminal-file-unreadable = { $path } konnte nicht gelesen werden. Das System meldet: { $reason }.
terminal-key-missing = Der API-Schlüssel fehlt. Übergeben Sie ihn über die Standardeingabe.
terminal-key-unreadable = Der API-Schlüssel auf der Standardeingabe ist kein Text.
terminal-no-charges-stored = Es sind keine Abbuchungen gespeichert.
terminal-time-up = Die Zeit war um, bevor eine Aufladung gestartet wurde. Es wurde nichts bezahlt.
terminal-amount-form = { $text } ist kein Betrag. Schreiben Sie Ziffern mit einem Punkt vor den Nachkommastellen, zum Beispiel 25 oder 25.50.
terminal-needs-pay-now = Mit dieser Zahlungsmethode würden sofort { $amount } abgebucht. Um das zu erlauben, ergänzen Sie --pay-now. Um eine andere Methode zu wählen, ergänzen Sie --method.

# Accounts and networks.
terminal-paste-key = Fügen Sie den API-Schlüssel ein, und drücken Sie die Eingabetaste. Er bleibt sichtbar; um ihn zu verbergen, verwenden Sie eine Pipe.
terminal-connected = { $account } ist mit { $network } verbunden.
terminal-no-address = keine Adresse
terminal-network-built-in = integriert
terminal-network-from-file = aus einer Datei

# The status. The first messages are names of rows, in a column that is 10 characters wide where they fit.
terminal-row-balance = Guthaben
terminal-row-owed = Schulden
# Promo credits, which the provider has given.
terminal-row-promo = Promo
terminal-row-reserved = reserviert
terminal-row-held = einbehalten
terminal-row-api = API
terminal-row-frozen = eingefroren
terminal-row-lasts = reicht für
terminal-row-payment =
    { $kind ->
        [top_up] Aufladung
        [renewal] Verlängerung
        [migration] Migration
        [refund] Erstattung
       *[credit] Gutschrift
    }
terminal-account-on-network = { $account } auf { $network }
terminal-unknown = unbekannt
# The source of a figure, when it was read, and whether it is old, between parentheses and separated by commas.
terminal-source-api = API
terminal-source-chain = Blockchain
terminal-source-chain-block = Blockchain, Block { $block }
terminal-source-old = alt
terminal-api-differs = { $amount }, Abweichung von mehr als einem Tagesverbrauch
terminal-promo-credits = { $amount }, wird vor dem Guthaben verbraucht
# When promo credits expire, after their amount.
terminal-expires = (bis { $at })
terminal-frozen-by-provider = Der Anbieter hat das Konto eingefroren.
terminal-days-left =
    { $days ->
        [0] weniger als einen Tag
        [one] etwa { $days } Tag
       *[other] etwa { $days } Tage
    }
terminal-payment-state =
    { $status ->
        [open] { $amount }, ausstehend
        [confirming] { $amount }, wird bestätigt
        [under_review] { $amount }, in Prüfung
        [refunding] { $amount }, wird erstattet
        [refunded] { $amount }, erstattet
        [completed] { $amount }, abgeschlossen
        [cancelled] { $amount }, abgebrochen
        [expired] { $amount }, abgelaufen
       *[failed] { $amount }, fehlgeschlagen
    }

# Payments and charges.
terminal-payment-status =
    { $status ->
        [starting] startet
        [open] ausstehend
        [confirming] wird bestätigt
        [under_review] in Prüfung
        [completed] abgeschlossen
        [cancelled] abgebrochen
        [expired] abgelaufen
        [failed] fehlgeschlagen
        [not_started] nicht gestartet
        [refunding] wird erstattet
       *[refunded] erstattet
    }
terminal-verified = verifiziert
terminal-no-payments = Für diese Auswahl sind keine Zahlungen gespeichert.
terminal-more-payments =
    { $count ->
        [one] { $count } weitere Zahlung wird nicht angezeigt. --csv und --json geben alle Zahlungen aus.
       *[other] { $count } weitere Zahlungen werden nicht angezeigt. --csv und --json geben alle Zahlungen aus.
    }
terminal-no-charges = An diesen Tagen wurde nichts abgebucht.
terminal-no-resources = Der Anbieter nennt die Ressourcen von { $account } nicht.
terminal-resource-kind =
    { $kind ->
        [machine] Maschine
        [disk] Datenträger
        [address] öffentliche IP-Adresse
       *[other] Sonstiges
    }
terminal-charges-never-read = Die Abbuchungen von { $account } wurden noch nie gelesen.
terminal-charge-unreadable = Eine Abbuchung von { $account } am { $date } konnte nicht gelesen werden. Deshalb fehlt dieser Tag.
terminal-export-progress =
    { $total ->
        [one] { $done } von { $total } Zahlung
       *[other] { $done } von { $total } Zahlungen
    }
terminal-exported =
    { $count ->
        [one] { $count } Zahlung wurde in { $path } geschrieben.
       *[other] { $count } Zahlungen wurden in { $path } geschrieben.
    }
terminal-export-interrupted = Unterbrochen. { $path } wurde nicht geschrieben.
terminal-reading =
    { $count ->
        [one] { $count } Zahlung bisher gelesen
       *[other] { $count } Zahlungen bisher gelesen
    }
terminal-app-running = Bursar läuft und hält diese Daten aktuell.
terminal-up-to-date = { $account } ist aktuell.
terminal-not-up-to-date = { $account } ist nicht aktuell.

# Top-ups.
terminal-top-up-started = Die Aufladung von { $amount } wurde gestartet.
terminal-open-address = Es konnte kein Browser geöffnet werden. Öffnen Sie diese Adresse selbst: { $address }
terminal-outcome =
    { $outcome ->
        [completed] Die Aufladung von { $amount } ist eingegangen.
        [ended] Die Aufladung von { $amount } ist beendet, ohne dass Ihrem Guthaben Geld gutgeschrieben wurde. Falls Sie trotzdem bezahlt haben, sehen Sie später mit „bursar status“ nach, ob das Geld angekommen ist.
        [not_started] Die Aufladung von { $amount } wurde nicht gestartet. Es wurde nichts bezahlt.
        [refunded] Die Aufladung von { $amount } hat Ihrem Guthaben kein Geld gutgeschrieben: Der Anbieter erstattet die Zahlung.
        [starting] Die Aufladung von { $amount } ist noch offen: Der Anbieter hat sie noch nicht bestätigt. Starten Sie sie nicht erneut. Mit „bursar status“ sehen Sie, ob sie bestätigt wurde.
       *[open] Die Aufladung von { $amount } ist noch offen.
    }
