# What the terminal program prints. Its JSON, CSV and logs are the same in every language.

# Between the parts of the help, which is in terminal-help.ftl.
terminal-usage-heading = Uso:
terminal-commands-heading = Comandos
terminal-arguments-heading = Argumentos
terminal-options-heading = Opciones

# Errors. The error’s code follows in brackets. { $reason } is the system’s own text, in English or the system’s language.
terminal-not-started = Bursar no se pudo iniciar. El sistema indica: { $reason }.
terminal-home-unknown = Bursar no encuentra su carpeta personal. Indique con --home dónde están los datos.
terminal-api-keys-malformed = BURSAR_API_KEYS debe ser un objeto JSON con una clave de API para cada nombre de cuenta.
terminal-no-command = No hay ningún comando { $command }.
terminal-no-account = No hay ninguna cuenta conectada. Conecte una con «bursar account add».
terminal-no-account-named = No hay ninguna cuenta con el nombre { $account }.
terminal-several-accounts = Hay varias cuentas. Elija una con --account.
terminal-file-missing = No existe el archivo { $path }.
terminal-file-unreadable = No se pudo leer { $path }. El sistema indica: { $reason }.
terminal-key-missing = Falta la clave de API. Pásela por la entrada estándar.
terminal-key-unreadable = La clave de API de la entrada estándar no es texto.
terminal-no-charges-stored = No hay cargos guardados.
terminal-time-up = El tiempo se agotó antes de iniciar una recarga. No se ha pagado nada.
terminal-amount-form = { $text } no es un importe. Escriba cifras con un punto antes de los decimales, como 25 o 25.50.
terminal-needs-pay-now = Con este método de pago se cargarían de inmediato { $amount }. Para permitirlo, agregue --pay-now. Para elegir otro método, agregue --method.

# Accounts and networks.
terminal-paste-key = Pegue la clave de API y pulse Intro. Permanece visible; para ocultarla, use una tubería.
terminal-connected = { $account } está conectada a { $network }.
terminal-no-address = sin dirección
terminal-network-built-in = integrada
terminal-network-from-file = de un archivo

# The status. The first messages are names of rows, in a column that is 10 characters wide where they fit.
terminal-row-balance = saldo
terminal-row-owed = deuda
# Promo credits, which the provider has given.
terminal-row-promo = promoción
terminal-row-reserved = reservado
terminal-row-held = retenido
terminal-row-api = API
terminal-row-frozen = congelada
terminal-row-lasts = alcanza
terminal-row-payment =
    { $kind ->
        [top_up] recarga
        [renewal] renovación
        [migration] migración
        [refund] reembolso
       *[credit] abono
    }
terminal-account-on-network = { $account } en { $network }
terminal-unknown = desconocido
# The source of a figure, when it was read, and whether it is old, between parentheses and separated by commas.
terminal-source-api = API
terminal-source-chain = cadena de bloques
terminal-source-chain-block = cadena de bloques, bloque { $block }
terminal-source-old = antiguo
terminal-api-differs = { $amount }, una diferencia mayor que el consumo de un día
terminal-promo-credits = { $amount }, se gasta antes que el saldo
# When promo credits expire, after their amount.
terminal-expires = (hasta { $at })
terminal-frozen-by-provider = El proveedor ha congelado la cuenta.
terminal-days-left =
    { $days ->
        [0] para menos de un día
        [one] para { $days } día aproximadamente
        [many] para { $days } de días aproximadamente
       *[other] para { $days } días aproximadamente
    }
terminal-payment-state =
    { $status ->
        [open] { $amount }, pendiente
        [confirming] { $amount }, confirmando
        [under_review] { $amount }, en revisión
        [refunding] { $amount }, en reembolso
        [refunded] { $amount }, reembolsado
        [completed] { $amount }, completado
        [cancelled] { $amount }, cancelado
        [expired] { $amount }, caducado
       *[failed] { $amount }, fallido
    }

# Payments and charges.
terminal-payment-status =
    { $status ->
        [starting] iniciando
        [open] pendiente
        [confirming] confirmando
        [under_review] en revisión
        [completed] completado
        [cancelled] cancelado
        [expired] caducado
        [failed] fallido
        [not_started] no iniciado
        [refunding] en reembolso
       *[refunded] reembolsado
    }
terminal-verified = verificado
terminal-no-payments = No hay pagos guardados para esta selección.
terminal-more-payments =
    { $count ->
        [one] No se muestra { $count } pago más. --csv y --json escriben todos los pagos.
        [many] No se muestran { $count } de pagos más. --csv y --json escriben todos los pagos.
       *[other] No se muestran { $count } pagos más. --csv y --json escriben todos los pagos.
    }
terminal-no-charges = No hubo cargos en estos días.
terminal-no-resources = El proveedor no indica los recursos de { $account }.
terminal-resource-kind =
    { $kind ->
        [machine] máquina
        [disk] disco
        [address] dirección IP pública
       *[other] otro
    }
terminal-charges-never-read = Los cargos de { $account } nunca se han leído.
terminal-charge-unreadable = No se pudo leer un cargo de { $account } del { $date }, así que falta ese día.
terminal-export-progress =
    { $total ->
        [one] { $done } de { $total } pago
        [many] { $done } de { $total } de pagos
       *[other] { $done } de { $total } pagos
    }
terminal-exported =
    { $count ->
        [one] Se escribió { $count } pago en { $path }.
        [many] Se escribieron { $count } de pagos en { $path }.
       *[other] Se escribieron { $count } pagos en { $path }.
    }
terminal-export-interrupted = Interrumpido. { $path } no se escribió.
terminal-reading =
    { $count ->
        [one] { $count } pago leído hasta ahora
        [many] { $count } de pagos leídos hasta ahora
       *[other] { $count } pagos leídos hasta ahora
    }
terminal-app-running = Bursar está en ejecución y mantiene estos datos al día.
terminal-up-to-date = { $account } está al día.
terminal-not-up-to-date = { $account } no está al día.

# Top-ups.
terminal-top-up-started = La recarga de { $amount } se ha iniciado.
terminal-open-address = No se pudo abrir ningún navegador. Abra usted esta dirección: { $address }
terminal-outcome =
    { $outcome ->
        [completed] La recarga de { $amount } ya está en su saldo.
        [ended] La recarga de { $amount } ha terminado y no se ha abonado nada en su saldo. Si ha pagado de todos modos, compruebe más tarde con «bursar status» si el dinero ha llegado.
        [not_started] La recarga de { $amount } no se inició. No se ha pagado nada.
        [refunded] La recarga de { $amount } no ha abonado nada en su saldo: el proveedor reembolsa el pago.
        [starting] La recarga de { $amount } sigue abierta: el proveedor aún no la ha confirmado. No la inicie de nuevo. Con «bursar status» verá si se ha confirmado.
       *[open] La recarga de { $amount } sigue abierta.
    }
