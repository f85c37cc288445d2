# The list of payments, their details, and exports.

payments-unread = Aún no se han leído los pagos
payments-empty = Aún no hay pagos
    .text = Aquí aparecen las recargas, los abonos y los reembolsos. También se pueden consultar sin conexión.
payments-none = Ningún pago coincide
    .text-chain = Se busca en ID, orígenes, importes y transacciones.
    .text-provider = Se busca en ID, números, pagadores e importes.

missing-payments-address = Aún no se pudieron leer los pagos. El motivo se indica en el resumen.
missing-payments-keyring = Bursar espera al llavero, que guarda la clave de API.
missing-payments-signed_out = Inicie sesión para ver los pagos de la cuenta.
missing-payments-offline = No hay conexión. Bursar leerá los pagos cuando vuelva a haberla.
missing-payments-failed = Aún no se pudieron leer los pagos. El motivo se indica en el resumen.
missing-payments-loading = Se están cargando los pagos.

## Search and filters.

search = Buscar pagos
    .placeholder-chain = ID, origen, importe, transacción
    .placeholder-provider = ID, número, pagador, importe
filter-status-any = Cualquier estado
filter-dates = Fechas
filter-dates-any = Cualquier fecha
filter-last-days = { $days ->
    [one] Último día
    [many] Últimos { $days } de días
   *[other] Últimos { $days } días
}
filter-dates-own = Fechas personalizadas
filter-from = Desde
filter-to = Hasta
filter-date-malformed = Introduzca una fecha como { $example }.
filter-accounts = Cuentas
filter-this-account = Esta cuenta
filter-all-accounts = Todas las cuentas
filter-clear = Borrar filtros
payments-count = { $count ->
    [one] { $count } pago
    [many] { $count } de pagos
   *[other] { $count } pagos
}
payments-count-matching = { $count ->
    [one] { $count } pago coincide
    [many] { $count } de pagos coinciden
   *[other] { $count } pagos coinciden
}
months = Mes visible
    .placeholder = Ir a un mes

## The rows.

payments-list = Pagos (los más recientes primero)
column-date = Fecha
column-source = Origen
column-id = ID
payments-columns = Columnas
row-fee = Comisión { $amount }
row-verified = Verificado
row-loading = Cargando

## Reading older payments. Both parts can be under way, and a list joins them.

backfill-running = Leyendo pagos anteriores: { $progress }
backfill-stopped = En pausa: { $progress }
backfill-payments = { $all ->
    [one] { NUMBER($read) } de { $all } pago
    [many] { NUMBER($read) } de { $all } de pagos
   *[other] { NUMBER($read) } de { $all } pagos
}
backfill-payments-so-far = { $read ->
    [one] { $read } pago hasta ahora
    [many] { $read } de pagos hasta ahora
   *[other] { $read } pagos hasta ahora
}
backfill-blocks = { $most ->
    [one] { NUMBER($read) } de { $most } bloque como máximo
    [many] { NUMBER($read) } de { $most } de bloques como máximo
   *[other] { NUMBER($read) } de { $most } bloques como máximo
}
backfill-stop = Pausar
backfill-resume = Reanudar

## The details of a payment.

details = Pago
details-source = Origen
details-contract = Contrato Balance
details-payer = Pagador
details-method = Método de pago
details-created = Creado
details-updated = Último cambio
details-number = Número
details-id = ID
details-transaction = Transacción
details-transaction-base = Transacción en Base
details-block = Bloque
details-open-invoice = Abrir factura
details-save-invoice = Guardar factura en PDF…
details-invoice-saved = Factura guardada
details-explorer = Ver en el explorador

## Exports.

export = Exportar
    .running = Exportando: { $percent }
export-dialog = Exportar pagos
export-progress = Pagos exportados
export-progress-count = { $total ->
    [one] { NUMBER($written) } de { $total } pago
    [many] { NUMBER($written) } de { $total } de pagos
   *[other] { NUMBER($written) } de { $total } pagos
}
export-continues = Puede cerrar este cuadro de diálogo; la exportación continúa. El archivo aparece cuando está completo.
export-all = { $count ->
    [0] La lista no contiene pagos que exportar.
    [one] Se exporta { $count } pago con sus importes exactos.
    [many] Se exportan { $count } de pagos con sus importes exactos.
   *[other] Se exportan los { $count } pagos con sus importes exactos.
}
export-filtered = { $count ->
    [0] Ningún pago coincide con los filtros.
    [one] Se exporta { $count } pago que coincide con los filtros, con sus importes exactos.
    [many] Se exportan { $count } de pagos que coinciden con los filtros, con sus importes exactos.
   *[other] Se exportan los { $count } pagos que coinciden con los filtros, con sus importes exactos.
}
export-written = { $count ->
    [one] { $count } pago exportado
    [many] { $count } de pagos exportados
   *[other] { $count } pagos exportados
}
export-cancelled = Exportación cancelada
    .text = No se ha creado ni reemplazado ningún archivo.
export-cancel = Cancelar exportación
export-json = Exportar como JSON…
export-csv = Exportar como CSV…
