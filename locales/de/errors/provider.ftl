# Antworten der API eines Anbieters.

detail-not-offered = Dieser Anbieter bietet das nicht an.
detail-provider-unsupported = Diese Version von Bursar unterstützt den Anbieter nicht, den das Netzwerk nennt. Installieren Sie eine neuere Version.
detail-protection-page = Eine Schutzseite vor { $host } verlangt einen Browser (Status { $status }). Bursar hat den Anbieter daher nicht erreicht. Über Ihren Schlüssel sagt das nichts aus.
detail-refused-on-the-way = Auf dem Weg zu { $host } wurde die Anfrage abgelehnt (Status { $status }). Der Anbieter selbst hat nicht geantwortet; über Ihren Schlüssel sagt das nichts aus.
detail-asked-to-wait = { $host } bittet darum, mit weiteren Anfragen zu warten.
detail-server-failed = { $host } funktioniert zurzeit nicht (Status { $status }).
detail-maintenance = Beim Anbieter laufen Wartungsarbeiten.
detail-page-instead-of-data = { $host } hat mit einer Webseite statt mit Daten geantwortet. Das tun Netze, bei denen man sich zuerst anmelden muss.
detail-redirected = { $host } leitet auf eine andere Adresse weiter. Bursar folgt solchen Weiterleitungen nicht.
detail-status-unexpected = { $host } hat unerwartet geantwortet (Status { $status }). Möglicherweise stammt die Antwort nicht vom Anbieter.
detail-request-outcome-unknown = { $why } Ob der Anbieter die Anfrage ausgeführt hat, ist noch nicht bekannt. Bursar fragt nach.
detail-payment-system-down = Das Zahlungssystem hinter dem Anbieter antwortet nicht. Versuchen Sie es in einigen Minuten erneut.
detail-key-rejected = Der Anbieter akzeptiert diesen API-Schlüssel oder diese Anmeldung nicht.
detail-key-incomplete = Der Anbieter kann diesen API-Schlüssel nicht lesen. Vielleicht fehlt ein Teil: Kopieren Sie den ganzen Schlüssel und fügen Sie ihn noch einmal ein.
detail-key-lacks-scope =
    { $needed_for ->
        [payments] Dieser API-Schlüssel darf Ihre Zahlungen nicht lesen.
        [spending] Dieser API-Schlüssel darf Ihre Ausgaben nicht lesen.
       *[top-ups] Dieser API-Schlüssel darf keine Aufladungen starten oder abbrechen.
    } Dafür braucht er die Berechtigung (Scope) { $scope }, die zur Voreinstellung „{ $preset }“ gehört.
detail-key-may-not-read = Dieser Schlüssel darf keine Abrechnungsdaten lesen. Er braucht diese Berechtigungen (Scopes): { $scopes }.
detail-key-may-not-pay = Dieser Schlüssel darf keine Aufladungen starten oder abbrechen. Er braucht diese Berechtigung (Scope): { $scopes }.
detail-key-not-allowed = Der Schlüssel erlaubt das nicht.
detail-unknown-to-provider = Der Anbieter kennt nicht, wonach Bursar gefragt hat.
detail-request-refused = Der Anbieter hat die Anfrage ohne Begründung abgelehnt (Status { $status }).
detail-request-refused-because = Der Anbieter hat die Anfrage abgelehnt: { $said }
detail-refused-for-unknown-reason = Der Anbieter hat die Anfrage aus einem Grund abgelehnt, den diese Version von Bursar nicht kennt.
detail-provider-says = { $why } Mitteilung des Anbieters: { $said }
detail-several-balances = Der Anbieter führt mehrere Guthaben auf ({ $balances }), und die Netzwerkdatei legt nicht fest, welches gemeint ist. Sein Name gehört als „feature_key“ in die Datei.
detail-balance-not-listed = Der Anbieter führt das Guthaben „{ $key }“, das die Netzwerkdatei nennt, nicht auf.
detail-no-balance-yet = Der Anbieter führt für dieses Konto noch kein Guthaben auf.
detail-payment-id-unusable = Eine Zahlung in der Antwort hat eine ID oder Quelle, die nicht gültig sein kann.
detail-too-many-payments-at-once = Die Antwort enthält mehr als eine Million Zahlungen zum selben Zeitpunkt.
