# Der Schlüsselbund der Arbeitsumgebung. Der Rat steht in errors.ftl.

detail-keyring-unusable = Der Schlüsselbund fehlt oder ist nicht verwendbar.
detail-keyring-locked = Der Schlüsselbund ist gesperrt. Sobald Sie ihn entsperren, macht Bursar von selbst weiter.
detail-keyring-refused = Der Schlüsselbund hat Bursar die Verwendung des Schlüssels nicht erlaubt. Um erneut gefragt zu werden, wählen Sie auf der Seite „Konten“ die Schaltfläche „Alles aktualisieren“.
detail-keyring-no-room = Der Schlüsselbund kann keinen so langen Schlüssel speichern.
detail-keyring-slow = Der Schlüsselbund antwortet nicht. Wenn er nach einem Passwort fragt, geben Sie es ein und versuchen Sie es erneut.
