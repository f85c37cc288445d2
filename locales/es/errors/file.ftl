# Archivos que alguien elige. { $reason } es un texto del sistema, en inglés o en el idioma del sistema.

detail-file-not-local = Elija un archivo de este equipo.
detail-file-name-missing = Escriba un nombre para el archivo.
detail-file-is-folder = { $path } es una carpeta. Escriba el nombre de un archivo dentro de ella.
detail-folder-missing = La carpeta de { $path } no existe. Elija otra.
detail-file-forbidden = Bursar no tiene permiso para escribir { $path }. Elija otra carpeta.
detail-no-space-for-file = El disco está lleno y no se escribió { $path }. Libere espacio o elija otra carpeta.
detail-file-not-written = No se escribió { $path }. El sistema indica: { $reason }.
detail-file-not-read = No se pudo leer { $path }. El sistema indica: { $reason }.
detail-not-saved = El cambio no se pudo guardar y solo dura hasta que se cierre Bursar. El sistema indica: { $reason }.
detail-export-running = Bursar aún está escribiendo { $file }. Espere a que termine o cancele primero esa exportación.
detail-no-history = Aún no hay historial, así que no hay nada que exportar.
