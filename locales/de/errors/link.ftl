# Links zu Bursar, und Seiten, die es im Browser öffnet.

detail-link-unknown = Dieser Link gehört nicht zu Bursar.
detail-page-address-invalid = Die Adresse der Zahlungsseite ist ungültig.
detail-page-not-secure = Die Zahlungsseite hat keine sichere Adresse (https).
detail-page-host-disguised = Die Adresse der Zahlungsseite führt zu { $host }, zeigt das aber nicht.
detail-page-host-unknown = Die Zahlungsseite liegt auf { $host }. Diesen Host führt die Netzwerkdatei nicht auf.
detail-page-of-other-provider = Die Zahlungsseite liegt auf { $host }, wo Seiten von { $title } liegen, aber die Zahlung läuft über { $provider }.
detail-page-provider-unlisted = Die Zahlungsseite liegt auf { $host }, und die Netzwerkdatei führt keine Seiten von { $provider } auf.
detail-sign-in-page-unknown = Die Adresse ist nicht die der Anmeldeseite des Netzwerks.
