# Wie die Arbeitsumgebung Bursar startet und Links zu Bursar öffnet. { $reason } ist ein Text des Systems, auf Englisch oder in der Sprache des Systems.

detail-program-path-unknown = Das System teilt nicht mit, wo Bursar installiert ist.
detail-program-moved = Bursar befindet sich nicht mehr unter { $path }. Ihre Zahlungen sind nicht betroffen. Beenden Sie Bursar und starten Sie es am neuen Ort.
detail-path-not-text = Die Arbeitsumgebung kann einige Zeichen im Pfad von Bursar oder seines Datenordners nicht verarbeiten.
detail-home-folder-missing = Bursar findet Ihren persönlichen Ordner nicht, in dem die Arbeitsumgebung diese Einstellung speichert.
detail-autostart-not-changed = Das Starten bei der Anmeldung konnte nicht geändert werden. Das System meldet: { $reason }.
detail-links-not-registered = Die Arbeitsumgebung öffnet Bursars Links nicht in Bursar. Das System meldet: { $reason }.
detail-browser-not-opened = Das System konnte keinen Browser öffnen.
detail-pdf-viewer-not-opened = Es konnte keine App für PDF-Dateien geöffnet werden. Speichern Sie die Rechnung stattdessen in einer Datei.
