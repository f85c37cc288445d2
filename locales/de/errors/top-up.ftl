# Offene Aufladungen, und was sich mit ihnen machen lässt.

detail-top-up-gone = Diese Aufladung ist nicht mehr offen.
detail-top-up-already-started = Diese Aufladung wurde bereits gestartet.
detail-top-up-not-cancellable = Diese Zahlung kann nicht mehr abgebrochen werden.
detail-top-up-page-missing = Der Anbieter hat für diese Aufladung keine Zahlungsseite genannt.
detail-top-up-needs-key = Melden Sie sich zuerst bei diesem Konto an, denn das Aufladen erfordert seinen Schlüssel.
detail-top-up-offline = Dieser Computer ist offline, deshalb hat Bursar keine Aufladung gestartet. Es wurde nichts gesendet.
detail-open-top-ups-not-read-yet = Bursar liest noch, welche Aufladungen offen sind. Versuchen Sie es gleich noch einmal.
detail-top-up-still-open = Eine Aufladung über { $amount } ist noch offen. Schließen Sie sie zuerst ab oder brechen Sie sie ab.
detail-outcome-unknown = Bursar weiß noch nicht, ob die letzte Zahlung über { $amount } zustande kam. Bis das geklärt ist, startet es keine andere Zahlung, höchstens einen Tag lang.
detail-outcome-doubtful = Die Antwort auf diese Zahlung ging verloren. Zahlung { $payment } könnte dieselbe sein, aber die Uhren dieses Computers und des Anbieters passen nicht zusammen. Prüfen Sie sie, bevor Sie erneut zahlen: Wenn niemand sonst sie veranlasst hat, ist es diese Zahlung. Bis dahin startet Bursar keine andere Zahlung, höchstens einen Tag lang.
detail-outcome-not-readable = Die Antwort auf diese Aufladung ging verloren, und der Schlüssel darf den Verlauf nicht lesen, in dem sie stehen würde. Bursar fordert sie nicht zweimal an. Melden Sie sich mit einem Schlüssel an, der den Verlauf lesen darf, oder sehen Sie in der Konsole des Anbieters nach.
detail-top-up-already-open = Es gibt bereits eine offene Aufladung. Schließen Sie diese zuerst ab oder brechen Sie sie ab.
