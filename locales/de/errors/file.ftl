# Dateien, die jemand auswählt. { $reason } ist ein Text des Systems, auf Englisch oder in der Sprache des Systems.

detail-file-not-local = Wählen Sie eine Datei auf diesem Computer.
detail-file-name-missing = Geben Sie einen Namen für die Datei ein.
detail-file-is-folder = { $path } ist ein Ordner. Geben Sie den Namen einer Datei darin ein.
detail-folder-missing = Der Ordner von { $path } existiert nicht. Wählen Sie einen anderen.
detail-file-forbidden = Bursar darf { $path } nicht schreiben. Wählen Sie einen anderen Ordner.
detail-no-space-for-file = Der Datenträger ist voll, deshalb wurde { $path } nicht geschrieben. Schaffen Sie Platz oder wählen Sie einen anderen Ordner.
detail-file-not-written = { $path } wurde nicht geschrieben. Das System meldet: { $reason }.
detail-file-not-read = { $path } konnte nicht gelesen werden. Das System meldet: { $reason }.
detail-not-saved = Die Änderung konnte nicht gespeichert werden und gilt nur, bis Bursar beendet wird. Das System meldet: { $reason }.
detail-export-running = Bursar schreibt noch { $file }. Warten Sie, bis der Export fertig ist, oder brechen Sie ihn zuerst ab.
detail-no-history = Es gibt noch keinen Verlauf, also nichts zu exportieren.
