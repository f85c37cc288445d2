# Paying: top-ups, renewals and migrations.

pay-what = Zahlungszweck
pay-top_up = Aufladung
pay-renewals = Verlängerungen
pay-migrations = { $count ->
    [0] Migrationen
    [one] Migration
   *[other] Migrationen ({ $count })
}
pay-starting = Eine Zahlung wird bereits gestartet
    .text = Der Anbieter hat noch nicht bestätigt, dass diese Zahlung existiert. Sobald er das getan hat, können Sie eine weitere starten.
pay-open = Eine Aufladung ist bereits offen
    .text = Der Anbieter erlaubt jeweils nur eine Aufladung. Schließen Sie diese ab oder brechen Sie sie ab, bevor Sie eine weitere starten.
pay-accounts = Zu den Konten
renewals-none = Nichts zu verlängern
    .text = Dienste erscheinen hier, sobald Sie sie verlängern können.
migrations-none = Keine Migration zu bezahlen
    .text = Möglicherweise wurde sie anderswo bezahlt oder abgebrochen.

## The amount. The limits are complete sentences, of which up to two are shown.

limit-max = Höchstens { $max }.
limit-range = Von { $min } bis { $max }.
limit-min = Mindestens { $min }.
limit-room = Sie können bis zu { $room } aufladen, da das Guthaben { $limit } nicht überschreiten darf.
limit-balance = Das Guthaben darf { $limit } nicht überschreiten.
limit-decimals = { $count ->
    [one] Bis zu { $count } Nachkommastelle.
   *[other] Bis zu { $count } Nachkommastellen.
}
amount-presets = Vorgeschlagene Beträge

## The payer and the payment method.

payer = Zahler
    .placeholder = Zahler auswählen
payer-gone = { $payer } steht als Zahler nicht mehr zur Verfügung
    .text = Dieser Zahler wird nicht mehr angeboten und wurde möglicherweise anderswo entfernt.
    .now = Stattdessen ist { $payer } ausgewählt.
method = Zahlungsmethode
# The title says which payment method; the attributes say why, and what is selected now.
method-dropped = { $method } ist nicht mehr ausgewählt
    .payer = Diese Zahlungsmethode gehört nicht zu diesem Zahler.
    .gone = Diese Zahlungsmethode wird nicht mehr angeboten und wurde möglicherweise anderswo entfernt.
    .unusable = Diese Zahlungsmethode ist derzeit nicht verwendbar.
    .now = Stattdessen ist { $method } ausgewählt.
    .none = Wählen Sie eine andere Zahlungsmethode.
method-none = Dieser Zahler hat derzeit keine verwendbare Zahlungsmethode.
method-invoice = Später per Überweisung bezahlen
method-max = Bis { $max }
method-range = { $min } bis { $max }
method-min = Ab { $min }
method-save = Für das nächste Mal speichern
    .hint = Der Anbieter, nicht Bursar, speichert die Zahlungsmethode und prüft sie zuvor. Danach gehört sie zu den Zahlungsmethoden des Kontos.

## Renewals and migrations.

renewals = Zu verlängernde Dienste
renewal-overdue = Überfällig seit { $date }
renewal-paid-until = Bezahlt bis { $date }
renewal-until = → { $date }
renewal-period = Verlängerungszeitraum für { $service }
    .placeholder = Kein Zeitraum
migrations = { $count ->
    [one] Ihre Migration
   *[other] Migration auswählen
}
migration-ordered = { $name }, bestellt am { $date }
migration-period = Zeitraum
migration-until = Bis { $date }

## The price and the button.

quote = Preis
quote-amount = Betrag
quote-price = Preis
quote-fee = Gebühr
quote-fee-estimate = Gebühr (geschätzt)
quote-total = Zu zahlen
quote-total-estimate = Zu zahlen (geschätzt)
quote-total-free = Zu zahlen <note>(gebührenfrei)</note>
# Read aloud once the price no longer changes with each key press.
quote-announcement = Zu zahlen: { $total }.
quote-announcement-estimate = Zu zahlen (geschätzt): { $total }.
quote-balance = Guthaben danach
pay-now = Bezahlen …
pay-invoice = Rechnung anfordern
pay-continue = Weiter zur Zahlung
pay-busy = Wird gestartet …

next = So geht es weiter
next-charge-confirm = Bursar bittet Sie, den genauen Gesamtbetrag zu bestätigen.
next-charge-taken = Der Anbieter bucht den Betrag sofort ab. Sie bleiben in Bursar.
next-charge-result = Bursar meldet, wenn die Zahlung abgeschlossen ist oder warum sie fehlgeschlagen ist.
next-invoice-made = Der Anbieter erstellt eine Rechnung. Sie finden sie unter „Zahlungen“.
next-invoice-pay = Sie bezahlen die Rechnung per Überweisung.
next-invoice-result = Bursar meldet, wenn die Zahlung abgeschlossen ist. Das kann Tage dauern.
next-page-opens = Im Browser öffnet sich die Zahlungsseite.
next-page-pay-wallet = Sie bezahlen dort. Bursar sieht weder Ihre Wallet noch Ihre Karte.
next-page-pay-card = Sie bezahlen dort. Bursar sieht weder Ihre Karte noch Ihr Passwort.
next-page-returns = Die Seite führt zurück zu Bursar. Bursar meldet, wenn die Zahlung abgeschlossen ist.
next-page-stays = Die Seite führt nicht zurück zu Bursar. Bursar bemerkt die Zahlung und meldet, wenn sie abgeschlossen ist.

## The question before a method is charged immediately.

confirm = Jetzt bezahlen?
    .text = Der Betrag wird sofort abgebucht, ohne weitere Seite.
confirm-method = Zahlungsmethode
confirm-for = Für
confirm-for-balance = Guthaben von { $account }
confirm-total = Gesamtbetrag
confirm-pay = { $amount } bezahlen
confirm-busy = Wird bezahlt …

withdrawn = Es wurde nichts bezahlt, weil sich etwas geändert hat
withdrawn-method = { $method } ist nicht mehr verfügbar. Prüfen Sie die aktuelle Auswahl, bevor Sie bezahlen.
withdrawn-payer = { $payer } steht hier als Zahler nicht mehr zur Verfügung. Prüfen Sie die aktuelle Auswahl, bevor Sie bezahlen.
withdrawn-payer-unnamed = Der Zahler steht hier nicht mehr zur Verfügung. Prüfen Sie die aktuelle Auswahl, bevor Sie bezahlen.
withdrawn-purpose = { $purpose } wird nicht mehr wie zuvor angeboten. Prüfen Sie die aktuelle Auswahl, bevor Sie bezahlen.
withdrawn-purpose-unnamed = Ihre Auswahl wird nicht mehr wie zuvor angeboten. Prüfen Sie die aktuelle Auswahl, bevor Sie bezahlen.
withdrawn-already = Eine weitere Zahlung für denselben Zweck wurde anderswo gestartet.
withdrawn-total = Der Gesamtbetrag betrug { $before } und beträgt jetzt { $after }.
withdrawn-refused = Diese Zahlung ist nicht mehr möglich.

duplicates = Dafür läuft bereits eine Zahlung
    .text = Wenn Sie jetzt bezahlen, bezahlen Sie doppelt.
duplicates-payment = { $purpose }, { $amount }: { $status }
duplicates-payment-unnamed = Zahlung von { $amount }: { $status }

rules = Vor dem Bezahlen
rules-title = { $rule ->
    [rent_only] Nur zum Mieten
    [no_withdrawal] Keine Auszahlung
    [payment_page_only] Nur über die Zahlungsseite
    [wallet_is_separate] Ihre Wallet ist nicht das Guthaben
    [other_ways_in] Andere Wege
    [late_money_not_credited] Verspätetes Geld wird nicht gutgeschrieben
    [saved_method_pays_at_once] Gespeicherte Methoden werden sofort belastet
   *[provider_keeps_books] Der Anbieter führt die Bücher
}
rules-text = { $rule ->
    [rent_only] Das Guthaben bezahlt, was Sie bei { $provider } mieten, und sonst nichts.
    [no_withdrawal] Geld im Guthaben kann nicht ausgezahlt werden. Wenden Sie sich wegen einer Erstattung an { $provider }.
    [payment_page_only] Laden Sie nur über die Zahlungsseite auf. Eine Überweisung aus Ihrer eigenen Wallet erreicht das Guthaben nicht.
    [wallet_is_separate] Unter der Wallet-Adresse Ihres Kontos liegt nichts von diesem Geld. Geld zum Staken geht direkt oder über die Bridge an diese Wallet.
    [other_ways_in] Auch Promo-Codes, die Sie in der Konsole eingeben, und Skripte, die per x402 bezahlen, erhöhen das Guthaben.
    [late_money_not_credited] Bezahlen Sie nicht mehr, wenn eine Zahlungsseite abgelaufen ist oder abgebrochen wurde. Falls doch, schreiben Sie an { $provider }: Verspätetes Geld wird nicht von selbst gutgeschrieben.
    [saved_method_pays_at_once] Das Geld wird abgebucht, sobald Sie den Gesamtbetrag bestätigen. Es gibt keine Zahlungsseite, auf der Sie noch abbrechen könnten.
   *[provider_keeps_books] Guthaben, Zahlungen und Rechnungen sind das, was der Anbieter meldet. Wenden Sie sich wegen Erstattungen an den Anbieter.
}
rules-promo = Gutscheincode in der Konsole eingeben
rules-console = Konsole des Anbieters öffnen
quote-balance-unknown = Das Guthaben ist zurzeit nicht bekannt. Bursar kann daher nicht prüfen, ob es unter der Obergrenze bleibt. Der Anbieter prüft das.

# Fills in the amount that does both.
amount-clears-debt = Schulden begleichen und 30 Tage bezahlen
