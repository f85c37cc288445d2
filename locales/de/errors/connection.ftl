# Anfragen an beliebige Server.

detail-timed-out = { $host } hat nicht rechtzeitig geantwortet.
detail-not-reached = { $host } war nicht erreichbar.
detail-certificate-not-trusted = Dieser Computer vertraut dem Zertifikat von { $host } nicht. Ein Proxy, die Anmeldeseite eines Netzes oder eine falsch gehende Uhr kann die Ursache sein.
detail-too-many-requests = { $host } hat zu viele Anfragen erhalten und bittet zu warten.
detail-http-status = { $host } hat mit dem HTTP-Status { $status } geantwortet.
detail-answer-too-large = { $host } hat mehr Daten gesendet, als eine Antwort haben kann.
detail-secure-connections-failed = Auf diesem Computer lassen sich keine sicheren Verbindungen einrichten.
