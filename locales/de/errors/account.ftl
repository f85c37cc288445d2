# Konten, ihre Wallet-Adressen und Schlüssel, und das Anmelden.

detail-account-not-connected = Dieses Konto wurde entfernt.
detail-label-taken = Es gibt bereits ein Konto namens { $label }. Wählen Sie einen anderen Namen.
detail-key-malformed = Das ist kein API-Schlüssel: Er ist leer oder enthält Zeichen, die kein Schlüssel hat. Kopieren Sie ihn noch einmal.
detail-key-expiry-malformed = Das ist kein gültiges Datum. Schreiben Sie es als JJJJ-MM-TT, zum Beispiel 2027-01-31.
detail-key-expiry-over = Dieses Datum liegt in der Vergangenheit. Geben Sie ein, wann der API-Schlüssel abläuft.
detail-address-malformed = Dieser Text hat nicht die Form einer Adresse.
detail-address-mistyped = Die Adresse enthält einen Tippfehler: Ihre Prüfsumme ist falsch.
detail-address-zero = Das ist die Nulladresse, die niemandem gehört.
detail-account-unknown = Es gibt kein Konto namens „{ $label }“.
detail-no-accounts = Es gibt noch keine Konten. Mit „bursar account add“ fügen Sie eines hinzu.
detail-label-length =
    Ein Name hat 1 bis { $most ->
        [one] { $most } Zeichen
       *[other] { $most } Zeichen
    } und enthält keine Steuerzeichen.
detail-user-connected = Dieser Benutzer wurde bereits als „{ $account }“ hinzugefügt.
detail-address-doubtful = Für diese Adresse zeigt der Contract { $contract } und die API des Anbieters { $api }. Möglicherweise ist es die falsche Adresse. Bursar zeigt beide Werte an.
