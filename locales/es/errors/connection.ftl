# Solicitudes a cualquier servidor.

detail-timed-out = { $host } no respondió a tiempo.
detail-not-reached = No se pudo establecer la conexión con { $host }.
detail-certificate-not-trusted = Este equipo no confía en el certificado de { $host }. La causa puede ser un proxy, la página de acceso de una red o un reloj mal ajustado.
detail-too-many-requests = { $host } recibió demasiadas solicitudes y pide esperar.
detail-http-status = { $host } respondió con el estado HTTP { $status }.
detail-answer-too-large = { $host } envió más datos de los que puede tener una respuesta.
detail-secure-connections-failed = No se pueden establecer conexiones seguras en este equipo.
