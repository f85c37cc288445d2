# Payments: their kinds, their statuses, and what these mean for the user's money.

kind-top_up = Aufladung
kind-credit = Gutschrift
kind-refund = Erstattung
kind-renewal = Verlängerung
kind-migration = Migration

# Sources of money without a payment page.
source-x402 = x402-Zahlung
source-promo_code = Promo-Code

# One status word serves every kind of payment.
status-starting = Wird gestartet
status-open = Ausstehend
status-confirming = Wird bestätigt
status-under_review = In Prüfung
status-completed = Abgeschlossen
status-cancelled = Abgebrochen
status-expired = Abgelaufen
status-failed = Fehlgeschlagen
status-not_started = Nicht gestartet
status-refunding = Wird erstattet
status-refunded = Erstattet

## What a status means. A payment has a page on which it is paid, or an invoice; it is confirmed on a chain, or by the provider.

meaning-starting = Bursar bittet den Anbieter, die Zahlung zu starten.
meaning-starting-unanswered = Der Anbieter hat nicht geantwortet; es ist daher unklar, ob diese Zahlung existiert. Bursar klärt das und startet bis dahin keine zweite Zahlung.
meaning-open-page = Bursar wartet darauf, dass Sie im Browser bezahlen.
meaning-open-invoice = Der Anbieter wartet auf das Geld. Wenn Sie eine Rechnung erhalten haben, bezahlen Sie sie; hier ist sonst nichts zu tun.
meaning-confirming-chain = Die Zahlung ist unterwegs und wartet auf die Bestätigung in der Blockchain.
meaning-confirming-provider = Die Zahlung wird verarbeitet. Möglicherweise ist sie in Ihrem Guthaben schon enthalten.
meaning-under_review = Der Anbieter prüft die Zahlung. Das kann etwas dauern; das Geld ist nicht verloren.
meaning-completed-top_up = Das Geld ist Ihrem Guthaben gutgeschrieben.
meaning-completed-credit = Das Geld ist Ihrem Guthaben gutgeschrieben.
meaning-completed-refund = Das Geld wurde erstattet.
meaning-completed-renewal = Die Zahlung ist abgeschlossen und der Dienst verlängert.
meaning-completed-migration = Die Zahlung ist abgeschlossen und der Server bestellt.
meaning-cancelled = Abgebrochen. Falls Sie trotzdem bezahlt haben, fragt Bursar weiter beim Anbieter nach.
meaning-expired = Die Zahlungsseite ist abgelaufen. Falls Sie schon bezahlt haben, fragt Bursar weiter beim Anbieter nach.
meaning-failed = Die Zahlung wurde nicht angenommen. Falls Ihnen trotzdem etwas berechnet wurde, fragt Bursar weiter beim Anbieter nach.
# Where late money is not credited by itself.
meaning-cancelled-not-credited = Abgebrochen. Bezahlen Sie sie nicht mehr. Falls doch, schreiben Sie dem Team des Anbieters: Verspätetes Geld wird nicht von selbst gutgeschrieben.
meaning-expired-not-credited = Die Zahlungsseite ist abgelaufen. Bezahlen Sie sie nicht mehr. Falls doch, schreiben Sie dem Team des Anbieters: Verspätetes Geld wird nicht von selbst gutgeschrieben.
meaning-failed-not-credited = Die Zahlung wurde nicht angenommen. Falls Sie trotzdem belastet wurden, schreiben Sie dem Team des Anbieters.
meaning-not_started = Es wurde keine Zahlung gestartet, und Ihnen wurde nichts berechnet.
meaning-refunding = Der Anbieter erstattet die Zahlung.
meaning-refunded-balance = Der Anbieter hat die Zahlung erstattet. Das Geld ist nicht mehr in Ihrem Guthaben enthalten.
meaning-refunded = Der Anbieter hat die Zahlung erstattet.

## Whether the money was seen in the Balance contract.

verification-none = Noch nicht verifiziert: Die Zahlung ist noch nicht im Balance-Contract erschienen.
verification-by_id = Verifiziert: Die Transaktion trägt die ID dieser Zahlung.
verification-by_amount = Anhand des Betrags verifiziert: Innerhalb eines Tages ist genau eine Transaktion mit diesem Betrag erschienen.
verification-seen = Verifiziert: Die Zahlung ist im Balance-Contract erschienen.
verification-needs-address = Nicht verifiziert. Um Zahlungen in der Blockchain zu finden, benötigt Bursar die Wallet-Adresse des Kontos.
verification-single-rpc = Dieses Netzwerk hat nur einen RPC-Endpunkt, dessen Angaben sich nicht gegenprüfen lassen. Fügen Sie in den Einstellungen einen weiteren hinzu, damit jede Transaktion von zwei Endpunkten bestätigt wird.

## Titles.

payment-title = { $kind }: { $purpose }
payment-paid-by = { $method }, { $payer }
payment-of = { $kind ->
   *[top_up] Aufladung von { $amount }
    [credit] Gutschrift von { $amount }
    [refund] Erstattung von { $amount }
    [renewal] Verlängerung für { $amount }
    [migration] Migration für { $amount }
}
payment-of-sentence = { $kind ->
   *[top_up] Aufladung von { $amount }.
    [credit] Gutschrift von { $amount }.
    [refund] Erstattung von { $amount }.
    [renewal] Verlängerung für { $amount }.
    [migration] Migration für { $amount }.
}
payment-of-purpose-sentence = { $kind ->
   *[top_up] Aufladung von { $amount }: { $purpose }.
    [credit] Gutschrift von { $amount }: { $purpose }.
    [refund] Erstattung von { $amount }: { $purpose }.
    [renewal] Verlängerung für { $amount }: { $purpose }.
    [migration] Migration für { $amount }: { $purpose }.
}
# Read aloud when the status has changed: "Top-up of 25.00 USDC: Completed."
payment-announcement = { $payment }: { $status }.
payment-in-progress = Laufende Zahlung: { $status }

## The steps of a payment, and the last one for each kind.

step-started = Gestartet
step-payment = Zahlung
step-confirmation = Bestätigung
step-last-top_up = Gutgeschrieben
step-last-credit = Gutgeschrieben
step-last-refund = Erstattet
step-last-renewal = Verlängert
step-last-migration = Bestellt
# Read aloud instead of a step's name once the step is done.
step-done = { $step } (erledigt)

## An open payment.

open-cancel-requested = Sie haben diese Zahlung abgebrochen, aber der Anbieter hat das noch nicht bestätigt. Bezahlen Sie nicht.
# `$time` is a countdown such as 14:59.
open-countdown = Die Zahlungsseite bleibt noch { $time } geöffnet.
# Where the provider does not say when the page closes.
open-usually-closes = Die Zahlungsseite schließt gewöhnlich etwa um diese Zeit: { $time }.
open-usually-closed = Die Zahlungsseite ist inzwischen wahrscheinlich geschlossen. Bezahlen Sie nur, wenn sie noch geöffnet ist.
open-host-refused = Die Zahlungsseite liegt auf einem unbekannten Host
open-host-refused-text = Die Netzwerkdatei führt <host>{ $name }</host> nicht auf, deshalb hat Bursar die Seite nicht geöffnet. Erlauben Sie diesen Host nur, wenn Ihnen der Anbieter mitgeteilt hat, dass der Host ihm gehört.
open-allow-host = Host erlauben …
open-check-now = Jetzt prüfen
open-show-qr = QR-Code anzeigen
# "Wallet" is the name of an option on the payment page, which is in English.
open-qr-hint = Wenn die Option „Wallet“ nicht funktioniert, scannen Sie den QR-Code.
open-checked = Zuletzt beim Anbieter geprüft: { $age }.
open-cancel-text-page = Bursar bittet den Anbieter, die Zahlungsseite zu schließen. Wenn Sie schon bezahlt haben, brechen Sie nicht ab: Das Geld ist unterwegs.
open-cancel-text-invoice = Bursar bittet den Anbieter, die Zahlung abzubrechen. Wenn Sie schon bezahlt haben, brechen Sie nicht ab: Das Geld ist unterwegs.

cancel-top_up = Diese Aufladung abbrechen?
    .confirm = Aufladung abbrechen
cancel-credit = Diese Gutschrift abbrechen?
    .confirm = Gutschrift abbrechen
cancel-refund = Diese Erstattung abbrechen?
    .confirm = Erstattung abbrechen
cancel-renewal = Diese Verlängerung abbrechen?
    .confirm = Verlängerung abbrechen
cancel-migration = Diese Migration abbrechen?
    .confirm = Migration abbrechen
cancel-keep = Offen lassen

allow-host = { $host } erlauben?
    .text = Bursar darf dann Zahlungsseiten dieses Kontos auf diesem Host öffnen. Ein betrügerischer Host könnte Ihr Geld stehlen.
    .confirm = Host erlauben
    .keep = Nicht erlauben

# “Scan QR code” is a button of the payment page, which is in English.
qr = Zahlungsseite als QR-Code
    .text = Scannen Sie den Code mit dem Smartphone, um die Zahlungsseite dort zu öffnen. Wenn die Option „Wallet“ nicht funktioniert, wählen Sie auf der Seite „Scan QR code“.
    .text-plain = Scannen Sie den Code mit dem Smartphone, um die Zahlungsseite dort zu öffnen.
    .label = QR-Code der Zahlungsseite
    .missing = Der QR-Code konnte nicht erstellt werden. Kopieren Sie stattdessen den Link.

# The text that the user sends to the provider’s team. The times are exact and in UTC.
payment-report =
    Zahlung: { $id }
    Betrag: { $amount }
    Status: { $status }
    Zahlungsanbieter: { $source }
    Erstellt: { $created }
    Letzte Änderung: { $updated }
    Transaktion: { $transaction }
