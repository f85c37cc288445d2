# The tray's menu and tooltip. An account's line has little room; what is between parentheses is a word or two.

tray-account =
    { $state ->
        [none] { $account }: { $balance }
        [top_up_pending] { $account }: { $balance } (Aufladung ausstehend)
        [top_up_confirming] { $account }: { $balance } (Aufladung wird bestätigt)
        [signed_out] { $account }: { $balance } (abgemeldet)
        [offline] { $account }: { $balance } (offline)
        [outdated] { $account }: { $balance } (nicht aktuell)
       *[low] { $account }: { $balance } (niedrig)
    }
# In place of { $balance }.
tray-balance-owed = { $amount } Schulden
tray-balance-hidden = Betrag ausgeblendet
tray-balance-unknown = Guthaben unbekannt

tray-no-account = Kein Konto ist verbunden
tray-open = Bursar öffnen
tray-top-up = Aufladen …
tray-return = Zurück zur Zahlung
tray-check-now = Jetzt prüfen
tray-hide-amounts = Beträge ausblenden
tray-quit = Beenden
