# Keys, signing in, and whose account a key belongs to.

detail-signed-out = Dieses Konto ist abgemeldet.
detail-no-key = Für dieses Konto gibt es keinen Schlüssel. Bursar hat den Anbieter daher nicht gefragt.
detail-no-key-from-keyring = Der Schlüsselbund hat nicht geantwortet. Bursar hat den Anbieter daher nicht gefragt. Entsperren Sie den Schlüsselbund und versuchen Sie es erneut.
detail-key-of-another-user = Der gespeicherte Schlüssel gehört einem anderen Benutzer als dieses Konto. Bursar hat nichts damit gelesen. Melden Sie sich mit einem Schlüssel desselben Benutzers an oder fügen Sie den anderen Benutzer als eigenes Konto hinzu.
detail-new-key-of-another-user = Dieser Schlüssel gehört einem anderen Benutzer als das Konto. Fügen Sie diesen Benutzer als eigenes Konto hinzu.
detail-environment-key-of-another-user = Der Schlüssel aus der Umgebung gehört einem anderen Benutzer als dieses Konto. Bursar hat nichts damit gelesen.
detail-key-owner-unknown = Bursar konnte nicht feststellen, wem dieser Schlüssel gehört. Es wurde nichts geändert. { $why }
detail-scopes-missing = Dem API-Schlüssel fehlen diese Berechtigungen (Scopes): { $scopes }. Was sie braucht, funktioniert nicht.
detail-renewed-by-app = Die Anmeldung muss erneuert werden. Das kann nur die laufende App.
detail-sign-in-ended = Der Anbieter hat diese Anmeldung beendet.
detail-sign-in-changed = Während Bursar las, wurde das Konto an- oder abgemeldet. Bursar liest noch einmal.
detail-no-sign-in-page = Dieses Netzwerk hat keine Anmeldeseite. Fügen Sie stattdessen einen API-Schlüssel ein.
detail-sign-in-not-started-here = Diese Anmeldung wurde nicht in Bursar begonnen.
detail-sign-in-too-late =
    Die Anmeldung hat länger als { $minutes ->
        [one] { $minutes } Minute
       *[other] { $minutes } Minuten
    } gedauert.
detail-sign-in-refused = Der Anbieter hat die Anmeldung abgelehnt.
detail-sign-in-denied = Die Anmeldeseite hat den Zugriff verweigert. Es wurde kein Konto hinzugefügt.
detail-key-still-in-keyring =
    { $done ->
        [account-removed] Das Konto wurde entfernt
       *[signed-out] Dieses Konto ist abgemeldet
    }, aber der Schlüssel liegt noch im Schlüsselbund des Systems. Bursar verwendet ihn nicht und löscht ihn, sobald der Schlüsselbund funktioniert. { $why }
