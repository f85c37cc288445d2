# Files that users choose. { $reason } is the system’s own text, in English or the system’s language.

detail-file-not-local = Choose a file on this computer.
detail-file-name-missing = Enter a name for the file.
detail-file-is-folder = { $path } is a folder. Enter a name for a file in it.
detail-folder-missing = The folder of { $path } does not exist. Choose another folder.
detail-file-forbidden = Bursar does not have permission to write { $path }. Choose another folder.
detail-no-space-for-file = The disk is full, so { $path } was not written. Free some space or choose another folder.
detail-file-not-written = { $path } was not written. The system reports: { $reason }.
detail-file-not-read = { $path } could not be read. The system reports: { $reason }.
detail-not-saved = The change could not be saved and lasts only until Bursar quits. The system reports: { $reason }.
detail-export-running = Bursar is still writing { $file }. Wait until the export is done, or cancel it first.
detail-no-history = There is no history yet, so there is nothing to export.
