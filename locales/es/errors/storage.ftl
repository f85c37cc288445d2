# Los archivos propios de Bursar y su carpeta. { $reason } es un texto del sistema, en inglés o en el idioma del sistema.

detail-disk-full = El disco está lleno y no se pudo escribir { $file }.
detail-disk-failed = El disco no pudo leer o escribir { $file }. Compruebe el disco.
detail-data-file-forbidden = Bursar no tiene permiso para escribir { $file }. Compruebe a quién pertenecen el archivo y su carpeta, y sus permisos.
detail-data-file-in-use = Otro programa está usando { $file }.
detail-data-file-damaged = { $file } está dañado. Reinicie Bursar, que entonces apartará el archivo y lo reconstruirá.
detail-data-file-older = { $file } procede de una versión anterior. Si Bursar está en ejecución, ciérrelo e inícielo de nuevo para actualizarlo.
detail-data-file-newer = Una versión más reciente de Bursar escribió { $file }. No se cambió nada.
detail-data-file-failed = No se pudo leer o escribir { $file }. El sistema indica: { $reason }.
detail-data-folder-unusable = Bursar no puede usar la carpeta { $path }. El sistema indica: { $reason }.
detail-home-in-use = Bursar ya está en ejecución con esta carpeta de datos.
