# Programmfehler und was nur eine andere Version von Bursar weiß. { $step } nennt auf Englisch den Teil von Bursar, der versagte.

detail-step-failed = Ein interner Schritt ist fehlgeschlagen: { $step }.
detail-stored-by-other-version = Diesen Fehler hat eine andere Version von Bursar gespeichert, und nur sie kennt die Einzelheiten.
