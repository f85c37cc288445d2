# Respuestas de la API de un proveedor.

detail-not-offered = Este proveedor no lo ofrece.
detail-provider-unsupported = Esta versión de Bursar no admite el proveedor que indica la red. Instale una versión más reciente.
detail-protection-page = Una página de protección delante de { $host } pide un navegador (estado { $status }), así que Bursar no ha llegado al proveedor. Esto no dice nada sobre su clave.
detail-refused-on-the-way = Algo en el camino hacia { $host } ha rechazado la solicitud (estado { $status }). El propio proveedor no ha respondido, así que esto no dice nada sobre su clave.
detail-asked-to-wait = { $host } pide esperar antes de enviar más solicitudes.
detail-server-failed = { $host } no funciona en este momento (estado { $status }).
detail-maintenance = El proveedor está en mantenimiento.
detail-page-instead-of-data = { $host } ha respondido con una página web en lugar de datos. Lo hacen las redes en las que primero hay que iniciar sesión.
detail-redirected = { $host } redirige a otra dirección. Bursar no sigue estas redirecciones.
detail-status-unexpected = { $host } ha respondido de forma inesperada (estado { $status }). Es posible que la respuesta no sea del proveedor.
detail-request-outcome-unknown = { $why } Bursar aún no sabe si el proveedor ha ejecutado la solicitud y lo consultará.
detail-payment-system-down = El sistema de pago del proveedor no responde. Inténtelo de nuevo dentro de unos minutos.
detail-key-rejected = El proveedor no acepta esta clave de API o este inicio de sesión.
detail-key-incomplete = El proveedor no puede leer esta clave de API. Quizá falte una parte: copie la clave entera y péguela de nuevo.
detail-key-lacks-scope =
    { $needed_for ->
        [payments] Esta clave de API no puede leer sus pagos.
        [spending] Esta clave de API no puede leer sus gastos.
       *[top-ups] Esta clave de API no puede iniciar ni cancelar recargas.
    } Necesita el permiso (scope) { $scope }, que forma parte del ajuste predefinido «{ $preset }».
detail-key-may-not-read = Esta clave no puede leer los datos de facturación. Necesita estos permisos (scopes): { $scopes }.
detail-key-may-not-pay = Esta clave no puede iniciar ni cancelar recargas. Necesita este permiso (scope): { $scopes }.
detail-key-not-allowed = La clave no lo permite.
detail-unknown-to-provider = El proveedor no conoce lo que Bursar ha pedido.
detail-request-refused = El proveedor ha rechazado la solicitud sin dar un motivo (estado { $status }).
detail-request-refused-because = El proveedor ha rechazado la solicitud: { $said }
detail-refused-for-unknown-reason = El proveedor ha rechazado la solicitud por un motivo que esta versión de Bursar no conoce.
detail-provider-says = { $why } Mensaje del proveedor: { $said }
detail-several-balances = El proveedor muestra varios saldos ({ $balances }) y el archivo de red no indica cuál es el correcto. Su nombre debe figurar en el archivo como «feature_key».
detail-balance-not-listed = El proveedor no muestra el saldo «{ $key }» que indica el archivo de red.
detail-no-balance-yet = El proveedor aún no muestra un saldo para esta cuenta.
detail-payment-id-unusable = Un pago de la respuesta tiene un identificador o un origen que no puede ser válido.
detail-too-many-payments-at-once = La respuesta contiene más de un millón de pagos en el mismo instante.
