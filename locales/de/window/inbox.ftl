# The inbox. What its notifications say is in notifications.ftl.

inbox-empty = Keine Benachrichtigungen
    .text = Hier benachrichtigt Bursar Sie über Aufladungen und niedriges Guthaben.
inbox-new = Neu
inbox-older = Ältere anzeigen
