# The inbox. The notifications themselves are written elsewhere.

inbox-empty = Keine Benachrichtigungen
    .text = Hier benachrichtigt Bursar Sie über Aufladungen und niedriges Guthaben.
inbox-new = Neu
inbox-older = Ältere anzeigen
