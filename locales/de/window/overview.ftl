# The overview of an account, and the page with all accounts.

overview-under-review = Zahlung in Prüfung
overview-last-payment = Letzte Zahlung
overview-frozen = Der Anbieter hat dieses Konto eingefroren
    .text = Solange das Konto eingefroren ist, können Sie das Guthaben nicht verwenden. Fragen Sie den Anbieter nach dem Grund.
overview-maintenance = Wartungsarbeiten beim Anbieter
    .text = Solange sie dauern, können Werte verspätet eintreffen, und Aufladungen lassen sich möglicherweise nicht starten.
overview-disagreement = Blockchain und Anbieter melden unterschiedliche Guthaben
    .text = Prüfen Sie, ob die Wallet-Adresse zu diesem Konto gehört. Wenn ja, trifft einer der beiden Werte verspätet ein. Bleibt der Unterschied bestehen, fragen Sie den Anbieter. Das Konto können Sie weiterhin nutzen.

# Above the large figure, in place of “Balance”, while the account owes money.
owed = Sie schulden
debt = Was wegen der Schulden geschieht
debt-since = Zuletzt war das Guthaben am { $at } nachweislich über null.
debt-since-unknown = Seit wann nichts mehr übrig ist, ist nicht bekannt.
debt-machines_and_addresses = Maschinen und öffentliche Adressen werden entfernt
debt-disks = Datenträger werden gelöscht
# The condition of a step: the first one, and one that follows another.
debt-rule = Über { $limit } oder { $days ->
        [one] { $days } Tag
       *[other] { $days } Tage
    } unbezahlt
debt-rule-next = Ab { $limit } oder weitere { $days ->
        [one] { $days } Tag
       *[other] { $days } Tage
    } unbezahlt
debt-expected = Erwartet: { $at }
debt-passed = Nach diesen Regeln inzwischen geschehen
debt-possible = Möglicherweise schon geschehen
debt-rules = Regeln von { $provider }, Stand { $day }. Ob sie angewandt wurden, kann Bursar nicht sehen.
debt-read-rules = Regeln lesen
debt-top-up = Aufladen und Schulden begleichen
# Where the contract and the API differ and the API leads.
api-leads = Bursar zeigt den Wert des Anbieters
    .text = Der Balance-Vertrag zeigt einen anderen. Der Vertrag ist wieder maßgeblich, sobald beide zweimal übereinstimmen.
# What the provider lists beside the balance.
entitlements = Neben dem Guthaben
entitlement-promo = Promo-Guthaben
entitlement-promo-note = Wird vor dem Guthaben verbraucht
entitlement-promo-gone = Verbraucht oder abgelaufen
entitlement-promo-expires = Verfällt am { $date }. Wird vor dem Guthaben verbraucht
entitlement-expires = Verfällt am { $date }

source-chain = Quelle: Blockchain, { $age }
source-chain-block = Quelle: Blockchain, Block { $block }, { $age }
source-api = Quelle: API des Anbieters, { $age }

## Why there is no balance.

missing-balance-address = Das Guthaben konnte nicht gelesen werden.
missing-balance-keyring = Vorerst unbekannt: Bursar wartet auf den Schlüsselbund, in dem der API-Schlüssel liegt.
missing-balance-signed_out = Unbekannt: Melden Sie sich an, um das Guthaben zu sehen.
missing-balance-offline = Unbekannt, solange Sie offline sind. Bursar liest das Guthaben, sobald Sie wieder online sind.
missing-balance-failed = Das Guthaben konnte nicht gelesen werden.
missing-balance-loading = Das Guthaben wird geladen …

## How long the balance lasts. The element <large> is the large figure.

figures = Werte
lasts-unknown = Reicht noch <large>—</large> Tage
lasts = { $days ->
    [0] Reicht noch <large>weniger als einen Tag</large>
    [one] Reicht noch <large>{ $days }</large> Tag
   *[other] Reicht noch <large>{ $days }</large> Tage
}
lasts-low = { $days ->
    [0] Reicht noch <large>weniger als einen Tag</large>, <strong>Guthaben niedrig</strong>
    [one] Reicht noch <large>{ $days }</large> Tag, <strong>Guthaben niedrig</strong>
   *[other] Reicht noch <large>{ $days }</large> Tage, <strong>Guthaben niedrig</strong>
}
lasts-idle = Kein Verbrauch

usage-per-day = bei { $usage } pro Tag
usage-old = Verbrauch pro Tag: { $usage } (Stand: { $age }). Wie lange das Guthaben reicht, zeigt Bursar, sobald der Anbieter wieder antwortet.
usage-idle = Verbrauch pro Tag: { $usage }. Das Guthaben reicht, bis sich das ändert.
usage-waiting = Verbrauch pro Tag: { $usage }. Wie lange das Guthaben reicht, zeigt Bursar, sobald es bekannt ist.
# `$why` is one of the texts `missing-*` or `usage-not-reported`.
usage-missing = Verbrauch pro Tag: { $usage } <reason>({ $why })</reason>
usage-not-reported = vom Anbieter noch nicht gemeldet

# Marks on the scale of days: where a low balance begins, and the end of the scale.
scale-low = niedrig
scale-end = { NUMBER($days) }+

## Reserved and held amounts, and the account's state.

figures-need-address = Um reservierte und einbehaltene Beträge zu sehen und zu erfahren, ob das Konto eingefroren ist, geben Sie die Wallet-Adresse des Kontos ein. Bursar kann dann auch Zahlungen verifizieren.
reserved = Reserviert
    .note = Für laufende Workloads
held = Einbehalten
    .note = In Prüfung
    .note-holds = Vom Anbieter in Prüfung; nicht verloren
frozen-yes = Eingefroren
frozen-no = Nicht eingefroren
never-updated = Noch nicht aktualisiert

## Charges.

charges = Abbuchungen der letzten 30 Tage
charges-source = Quelle: API des Anbieters, { $age }
charges-as-chart = Als Diagramm anzeigen
charges-as-table = Als Tabelle anzeigen
charges-none = In den letzten 30 Tagen wurde nichts abgebucht.
charges-hidden = Das Diagramm ist ausgeblendet, weil Beträge ausgeblendet sind.
charges-caption = Abbuchungen nach Tag (neueste zuerst)
charges-day = Tag (UTC)
charges-charged = Abgebucht
charges-on = { $amount } am { $day }
charges-total = { $total } insgesamt
charges-total-partial = { $unknown ->
    [one] { $total } insgesamt; { $unknown } Tag ist unbekannt
   *[other] { $total } insgesamt; { $unknown } Tage sind unbekannt
}
charges-by-resource = Nach Ressource
    .resource = Ressource
    .kind = Art
charges-all-resources = Alle { NUMBER($count) } Ressourcen anzeigen
resource-kind = { $kind ->
    [machine] Maschine
    [disk] Datenträger
    [address] Öffentliche IP-Adresse
   *[other] Sonstiges
}

missing-charges-address = Die Abbuchungen konnten nicht gelesen werden.
missing-charges-keyring = Bursar liest die Abbuchungen, sobald der Schlüsselbund verfügbar ist, in dem der API-Schlüssel liegt.
missing-charges-signed_out = Melden Sie sich an, um die Abbuchungen zu sehen.
missing-charges-offline = Sie sind offline. Bursar liest die Abbuchungen, sobald Sie wieder online sind.
missing-charges-failed = Die Abbuchungen konnten nicht gelesen werden.
missing-charges-loading = Die Abbuchungen werden geladen …

## The card of one account among all.

card-open-payments = Offene Zahlungen
card-payment = { $kind } { $amount }
card-signed-out = Abgemeldet. Diese Werte sind nicht aktuell.
card-error = { $title }. { $message }
card-stale = Nicht aktuell.
card-frozen = Vom Anbieter eingefroren.
card-disagreement = Blockchain und Anbieter melden unterschiedliche Guthaben.
card-maintenance = Wartungsarbeiten beim Anbieter.
card-top-up = { $account } aufladen
