# Zahlungen: was sich womit bezahlen lässt, und ihre Belege.

detail-payment-not-in-history = Diese Zahlung steht nicht im Verlauf.
detail-no-invoice-yet = Es gibt noch keine Rechnung. Der Anbieter stellt sie aus, wenn die Zahlung abgeschlossen ist.
detail-not-a-transaction = Das ist nicht der Hash einer Transaktion.
detail-payer-gone = Dieser Zahler gehört nicht mehr zum Konto.
detail-no-method-offered = Der Anbieter bietet zurzeit keine nutzbare Zahlungsmethode an.
detail-method-not-offered = Der Anbieter bietet diese Zahlungsmethode zurzeit nicht an.
detail-method-being-checked = Der Anbieter prüft diese gespeicherte Zahlungsmethode noch. Warten Sie, bis sie bestätigt ist.
detail-method-not-confirmed = Der Anbieter konnte diese gespeicherte Zahlungsmethode nicht bestätigen. Um sie zu verwenden, entfernen Sie sie und speichern Sie sie erneut.
detail-method-not-removable = Diese Zahlungsmethode kann zurzeit nicht entfernt werden.
detail-offer-gone = Der Anbieter bietet das nicht mehr in dieser Form an.
detail-nothing-to-renew = Wählen Sie mindestens einen Dienst zum Verlängern.
detail-service-twice = Ein Dienst kann in einer Zahlung nur einmal verlängert werden.
detail-total-changed = Der Gesamtbetrag ist jetzt { $total }. Es wurde nichts bezahlt. Prüfen Sie den neuen Gesamtbetrag, bevor Sie bezahlen.
detail-total-changed-unknown = Der Gesamtbetrag hat sich geändert, der neue ist nicht bekannt. Es wurde nichts bezahlt.
detail-total-not-confirmed = Es wurde nichts bezahlt.
detail-form-invalid = Die ID dieser Zahlung ist ungültig. Es wurde nichts bezahlt. Öffnen Sie das Formular noch einmal.
detail-started-differently = Diese Zahlung wurde bereits mit einem anderen Betrag oder für etwas anderes gestartet. Sehen Sie auf der Seite „Zahlungen“ nach, bevor Sie noch einmal bezahlen.
detail-same-payment-confirmed = Der Anbieter hat soeben eine frühere Zahlung über { $amount } für denselben Zweck bestätigt. Es wurde nichts doppelt bezahlt. Wenn Sie eine zweite wünschen, bezahlen Sie noch einmal.
