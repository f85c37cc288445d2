# Bursar’s own files and folder. { $reason } is the system’s own text, in English or the system’s language.

detail-disk-full = The disk is full, so { $file } could not be written.
detail-disk-failed = The disk reported an error while { $file } was being read or written. Check the disk.
detail-data-file-forbidden = Bursar does not have permission to write { $file }. Check the owner and permissions of the file and its folder.
detail-data-file-in-use = { $file } is in use by another program.
detail-data-file-damaged = { $file } is damaged. Restart Bursar, which then sets the file aside and rebuilds it.
detail-data-file-older = { $file } was written by an older version of Bursar. If Bursar is running, quit it and start it again to update the file.
detail-data-file-newer = { $file } was written by a newer version of Bursar. Nothing was changed.
detail-data-file-failed = { $file } could not be read or written. The system reports: { $reason }.
detail-data-folder-unusable = Bursar cannot use the folder { $path }. The system reports: { $reason }.
detail-home-in-use = Bursar is already running with this data folder.
