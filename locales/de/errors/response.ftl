# Answers of a provider that differ from the description of its API. Names of fields, such as $field, are the API’s.

detail-response-not-json = Die Antwort des Anbieters ist nicht als Daten lesbar. Möglicherweise wurde sie unterwegs ersetzt oder abgeschnitten.
detail-response-not-object =
    Unerwartete Daten in der Antwort des Anbieters ({ $object ->
        [account] Konto
        [amount] Betrag
        [balance] Guthaben
        [charge] Abbuchung
        [limits] Grenzen
        [method] Zahlungsmethode
        [migration] Migration
        [page] Seite einer Liste
        [payer] Zahler
        [payment] Zahlung
        [payment-page] Zahlungsseite
        [period] Zeitraum
        [purpose] Zweck einer Zahlung
        [reason] Grund
        [refusal] Ablehnung
        [server] Server
        [service] Dienst
        [sign-in] Anmeldung
        [status] Betriebsstatus
        [top-up] Aufladung
       *[user] Benutzer
    }): Der Wert ist kein Objekt oder enthält ein Feld doppelt.
detail-response-not-list = Unerwartete Daten in der Antwort des Anbieters: Sie ist keine Liste.
detail-response-field =
    Unerwartete Daten in der Antwort des Anbieters ({ $object ->
        [account] Konto
        [amount] Betrag
        [balance] Guthaben
        [charge] Abbuchung
        [limits] Grenzen
        [method] Zahlungsmethode
        [migration] Migration
        [page] Seite einer Liste
        [payer] Zahler
        [payment] Zahlung
        [payment-page] Zahlungsseite
        [period] Zeitraum
        [purpose] Zweck einer Zahlung
        [reason] Grund
        [refusal] Ablehnung
        [server] Server
        [service] Dienst
        [sign-in] Anmeldung
        [status] Betriebsstatus
        [top-up] Aufladung
       *[user] Benutzer
    }): Das Feld „{ $field }“ { $fault ->
        [below-minimum] ist kleiner als der Mindestwert
        [contradicts] passt nicht zu den anderen Werten
        [empty] ist leer
        [leads-nowhere] führt zu keiner weiteren Seite
        [missing] fehlt
        [negative] ist negativ
        [not-amount] ist kein Betrag
        [not-boolean] ist weder „true“ noch „false“
        [not-count] ist keine ganze Zahl im zulässigen Bereich
        [not-currency] ist keine Währung
        [not-date] ist kein Datum
        [not-id] ist keine ID
        [not-list] ist keine Liste
        [not-text] ist kein Text
        [not-time] ist kein Zeitpunkt
        [not-token] ist kein Token
        [other-currency] hat eine andere Währung als das Konto
        [too-large] ist zu groß
        [too-long] ist zu lang
        [twice] kommt doppelt vor
        [unknown] hat einen Wert, den diese Version von Bursar nicht kennt
        [unknown-payer] nennt keinen Zahler des Kontos
        [wrong-decimals] hat die falsche Zahl von Nachkommastellen
       *[zero] ist null
    }.
detail-response-payment = { $why } Zahlung: { $payment }.
detail-response-day = { $why } Tag: { $day }.
detail-payment-listed-twice = Der Anbieter führt die Zahlung { $payment } doppelt auf, mit unterschiedlichen Angaben. Bursar verwendet keine von beiden.
detail-page-incomplete =
    Eine Seite der Liste des Anbieters enthält { $found ->
        [one] { $found } Zahlung
       *[other] { $found } Zahlungen
    } statt { NUMBER($expected) }. Hier fehlen möglicherweise Zahlungen.
detail-page-count-wrong =
    Die Liste des Anbieters enthält { $payments ->
        [one] { $payments } Zahlung
       *[other] { $payments } Zahlungen
    }, zu viele für { $pages ->
        [one] ihre einzige Seite
       *[other] ihre { $pages } Seiten
    }. Hier fehlen möglicherweise Zahlungen.
detail-page-number-wrong = Der Anbieter hat eine andere Seite einer Liste gesendet als die angeforderte.
detail-list-endless = Eine Liste in der Antwort des Anbieters hat kein Ende.
detail-payments-unreadable =
    { $why } { $more ->
        [one] Eine weitere Zahlung ist nicht lesbar.
       *[other] { $more } weitere Zahlungen sind nicht lesbar.
    }
detail-invoice-not-pdf = Was der Anbieter als Rechnung gesendet hat, ist keine PDF-Datei. Bursar hat sie nicht geöffnet.
detail-created-amount-differs = Angefordert war eine Zahlung über { $wanted }, der Anbieter hat aber eine über { $amount } erstellt. Prüfen Sie die Zahlung, bevor Sie bezahlen, und fragen Sie den Anbieter.
detail-created-purpose-differs = Der Anbieter hat eine Zahlung für etwas anderes erstellt als angefordert: { $purpose }. Prüfen Sie die Zahlung, bevor Sie bezahlen, und fragen Sie den Anbieter.
detail-created-for-balance = Der Anbieter hat statt der angeforderten Zahlung eine Aufladung erstellt. Prüfen Sie die Zahlung, bevor Sie bezahlen, und fragen Sie den Anbieter.
detail-created-payment-differs =
    { $what ->
        [method] Der Anbieter hat die Zahlung mit einer anderen Zahlungsmethode erstellt als der gewählten.
       *[payer] Der Anbieter hat die Zahlung für einen anderen Zahler erstellt als den gewählten.
    } Prüfen Sie die Zahlung, bevor Sie bezahlen, und fragen Sie den Anbieter.
