# Keys, signing in, and whose account a key belongs to.

detail-signed-out = La sesión de esta cuenta está cerrada.
detail-no-key = No hay ninguna clave para esta cuenta, así que Bursar no ha consultado al proveedor.
detail-no-key-from-keyring = El llavero no ha respondido, así que Bursar no ha consultado al proveedor. Desbloquéelo e inténtelo de nuevo.
detail-key-of-another-user = La clave guardada pertenece a un usuario distinto del de esta cuenta. Bursar no ha leído nada con ella. Inicie sesión con una clave del mismo usuario o agregue al otro usuario como una cuenta aparte.
detail-new-key-of-another-user = Esta clave pertenece a un usuario distinto del de la cuenta. Agregue a ese usuario como una cuenta aparte.
detail-environment-key-of-another-user = La clave del entorno pertenece a un usuario distinto del de esta cuenta. Bursar no ha leído nada con ella.
detail-key-owner-unknown = Bursar no ha podido averiguar de quién es esta clave, así que no ha cambiado nada. { $why }
detail-scopes-missing = A la clave de API le faltan estos permisos (scopes): { $scopes }. Lo que los necesita no funcionará.
detail-renewed-by-app = Hay que renovar el inicio de sesión, y eso solo puede hacerlo la aplicación en ejecución.
detail-sign-in-ended = El proveedor ha puesto fin a este inicio de sesión.
detail-sign-in-changed = La sesión se inició o se cerró mientras Bursar leía. Bursar vuelve a leer.
detail-no-sign-in-page = Esta red no tiene página de inicio de sesión. Pegue una clave de API en su lugar.
detail-sign-in-not-started-here = Este inicio de sesión no se comenzó en Bursar.
detail-sign-in-too-late =
    El inicio de sesión ha tardado más de { $minutes ->
        [one] { $minutes } minuto
        [many] { $minutes } de minutos
       *[other] { $minutes } minutos
    }.
detail-sign-in-refused = El proveedor ha rechazado el inicio de sesión.
detail-sign-in-denied = La página de inicio de sesión ha denegado el acceso. No se ha agregado ninguna cuenta.
detail-key-still-in-keyring =
    { $done ->
        [account-removed] La cuenta se ha eliminado
       *[signed-out] La sesión de esta cuenta está cerrada
    }, pero su clave sigue en el llavero del sistema. Bursar no la usa y la eliminará en cuanto el llavero funcione. { $why }
