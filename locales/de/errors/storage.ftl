# Bursars eigene Dateien und sein Ordner. { $reason } ist ein Text des Systems, auf Englisch oder in der Sprache des Systems.

detail-disk-full = Der Datenträger ist voll, deshalb konnte { $file } nicht geschrieben werden.
detail-disk-failed = Der Datenträger konnte { $file } nicht lesen oder schreiben. Prüfen Sie ihn.
detail-data-file-forbidden = Bursar darf { $file } nicht schreiben. Prüfen Sie, wem die Datei und ihr Ordner gehören und welche Rechte sie haben.
detail-data-file-in-use = { $file } wird von einem anderen Programm verwendet.
detail-data-file-damaged = { $file } ist beschädigt. Starten Sie Bursar neu. Es legt die Datei dann beiseite und baut sie neu auf.
detail-data-file-older = { $file } stammt von einer älteren Version. Falls Bursar läuft, beenden Sie es und starten Sie es neu, um die Datei zu aktualisieren.
detail-data-file-newer = { $file } wurde von einer neueren Version von Bursar geschrieben. Es wurde nichts geändert.
detail-data-file-failed = { $file } konnte nicht gelesen oder geschrieben werden. Das System meldet: { $reason }.
detail-data-folder-unusable = Bursar kann den Ordner { $path } nicht verwenden. Das System meldet: { $reason }.
detail-home-in-use = Bursar läuft bereits mit diesem Datenordner.
