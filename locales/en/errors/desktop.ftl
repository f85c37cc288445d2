# How the desktop starts Bursar, and opens links to it. { $reason } is the system’s own text, in English or the system’s language.

detail-program-path-unknown = The system did not report where Bursar is installed.
detail-program-moved = Bursar is no longer at { $path }. Your payments are not affected. Quit Bursar and start it from its new location.
detail-path-not-text = The desktop cannot handle some characters in the path of Bursar or of its data folder.
detail-home-folder-missing = Bursar cannot find your home folder, where the desktop keeps the “Start at login” setting.
detail-autostart-not-changed = The “Start at login” setting could not be changed. The system reports: { $reason }.
detail-links-not-registered = Bursar could not set itself as the app for its links. The system reports: { $reason }.
detail-browser-not-opened = The system could not open a browser.
detail-pdf-viewer-not-opened = No app for PDF files could be opened. Save the invoice to a file instead.
