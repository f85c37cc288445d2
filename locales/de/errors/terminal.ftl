# Die Benutzung des Programms im Terminal.

detail-date-malformed = Schreiben Sie Daten als JJJJ-MM-TT, zum Beispiel 2026-01-31.
