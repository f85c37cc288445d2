# Eingegebene Beträge, und Beträge in Antworten eines Anbieters.

detail-amount-not-a-number = Geben Sie einen Betrag in Ziffern ein, zum Beispiel 25 oder 25,50.
detail-amount-groups = Nur Gruppen von drei Ziffern lassen sich trennen, wie in 1 234,50. Geben Sie einen Betrag wie 25 oder 25,50 ein.
detail-amount-scripts-mixed = Geben Sie alle Ziffern in derselben Schrift ein, wie in 25 oder 25,50.
detail-amount-ambiguous = „{ $typed }“ könnte { $whole } oder { $decimals } bedeuten. Geben Sie den gemeinten Betrag ein.
detail-amount-decimals = { $decimals ->
    [0] Geben Sie einen ganzen Betrag ohne Nachkommastellen ein.
    [one] Geben Sie höchstens eine Nachkommastelle ein, zum Beispiel 25,5.
   *[other] Geben Sie höchstens { $decimals } Nachkommastellen ein, zum Beispiel 25,50.
}
detail-amount-too-many-digits = Dieser Betrag ist zu groß.
detail-amount-unreadable = Ein Betrag in der Antwort ist keine gültige Zahl.
detail-currency-unreadable = Eine Währung in der Antwort ist kein gültiger Währungscode.
detail-amount-zero = Geben Sie einen Betrag über null ein.
detail-amount-below-minimum = Die kleinste Aufladung ist { $minimum }.
detail-amount-below-method-minimum = Der kleinste Betrag für { $method } ist { $minimum }.
detail-amount-above-method-maximum = Der größte Betrag für { $method } ist { $maximum }.
detail-amount-too-small-for-provider = Der Betrag ist dem Anbieter zu klein.
detail-amount-too-large-for-provider = Der Betrag ist dem Anbieter zu groß.
detail-amount-unit =
    Der Anbieter nimmt Beträge in { $currency } mit { $decimals ->
        [one] { $decimals } Nachkommastelle
       *[other] { $decimals } Nachkommastellen
    } an.
detail-balance-at-limit = Das Guthaben darf höchstens { $limit } betragen und hat diese Obergrenze erreicht.
detail-balance-near-limit = Das Guthaben darf höchstens { $limit } betragen. Sie können jetzt bis zu { $room } aufladen.
