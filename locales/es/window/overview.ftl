# The overview of an account, and the page with all accounts.

overview-under-review = Pago en revisión
overview-last-payment = Último pago
overview-frozen = El proveedor ha congelado esta cuenta
    .text = No podrá usar el saldo hasta que el proveedor descongele la cuenta. Póngase en contacto con el proveedor para conocer el motivo.
overview-maintenance = El proveedor está en mantenimiento
    .text = Hasta que termine, los datos pueden llegar con retraso y es posible que no se puedan iniciar recargas.
overview-disagreement = La cadena de bloques y el proveedor indican saldos distintos
    .text = Compruebe que la dirección de billetera pertenezca a esta cuenta. Si es así, uno de los dos datos llega con retraso. Si la diferencia persiste, consulte al proveedor. Puede seguir usando la cuenta.

# Above the large figure, in place of “Balance”, while the account owes money.
owed = Debe
debt = Qué ocurre a causa de la deuda
debt-since = La última vez que se vio un saldo superior a cero fue el { $at }.
debt-since-unknown = No se sabe desde cuándo no queda nada.
debt-machines_and_addresses = Se eliminan las máquinas y las direcciones públicas
debt-disks = Se borran los discos
# The condition of a step: the first one, and one that follows another.
debt-rule = Por encima de { $limit }, o tras { $days ->
        [one] { $days } día
        [many] { $days } de días
       *[other] { $days } días
    } sin pagar
debt-rule-next = A partir de { $limit }, o tras otros { $days ->
        [one] { $days } día
        [many] { $days } de días
       *[other] { $days } días
    } sin pagar
debt-expected = Previsto: { $at }
debt-passed = Según estas reglas, ya ha ocurrido
debt-possible = Puede haber ocurrido
debt-rules = Reglas de { $provider } a fecha de { $day }. Bursar no puede ver si se han aplicado.
debt-read-rules = Leer las reglas
debt-top-up = Recargar para saldar la deuda
# Where the contract and the API differ and the API leads.
api-leads = Bursar muestra la cifra del proveedor
    .text = El contrato Balance muestra otra. El contrato volverá a contar cuando ambas coincidan dos veces.
# What the provider lists beside the balance.
entitlements = Además del saldo
entitlement-promo = Créditos de promoción
entitlement-promo-note = Se gastan antes que el saldo
entitlement-promo-gone = Gastados o caducados
entitlement-promo-expires = Caducan el { $date }. Se gastan antes que el saldo
entitlement-expires = Caduca el { $date }

source-chain = Fuente: cadena de bloques, { $age }
source-chain-block = Fuente: cadena de bloques, bloque { $block }, { $age }
source-api = Fuente: API del proveedor, { $age }

## Why there is no balance.

missing-balance-address = No se pudo leer el saldo.
missing-balance-keyring = Desconocido por ahora: Bursar espera al llavero, que guarda la clave de API.
missing-balance-signed_out = Desconocido: inicie sesión para ver el saldo.
missing-balance-offline = Desconocido mientras no haya conexión. Bursar leerá el saldo cuando vuelva a haberla.
missing-balance-failed = No se pudo leer el saldo.
missing-balance-loading = Cargando el saldo…

## How long the balance lasts. The element <large> is the large figure.

figures = Datos
lasts-unknown = Quedan <large>—</large> días
lasts = { $days ->
    [0] Queda <large>menos de un día</large>
    [one] Queda <large>{ $days }</large> día
    [many] Quedan <large>{ $days }</large> de días
   *[other] Quedan <large>{ $days }</large> días
}
lasts-low = { $days ->
    [0] Queda <large>menos de un día</large>, <strong>saldo bajo</strong>
    [one] Queda <large>{ $days }</large> día, <strong>saldo bajo</strong>
    [many] Quedan <large>{ $days }</large> de días, <strong>saldo bajo</strong>
   *[other] Quedan <large>{ $days }</large> días, <strong>saldo bajo</strong>
}
lasts-idle = Sin consumo

usage-per-day = a razón de { $usage } al día
usage-old = Consumo diario: { $usage } (último dato: { $age }). Bursar mostrará los días restantes cuando el proveedor vuelva a responder.
usage-idle = Consumo diario: { $usage }. El saldo se mantiene mientras esto no cambie.
usage-waiting = Consumo diario: { $usage }. Bursar mostrará los días restantes cuando se conozca el saldo.
# `$why` is one of the texts `missing-*` or `usage-not-reported`.
usage-missing = Consumo diario: { $usage } <reason>({ $why })</reason>
usage-not-reported = el proveedor aún no lo ha comunicado

# Marks on the scale of days: where a low balance begins, and the end of the scale.
scale-low = bajo
scale-end = { NUMBER($days) }+

## Reserved and held amounts, and the account's state.

figures-need-address = Para ver los importes reservados y retenidos y si la cuenta está congelada, introduzca la dirección de billetera de la cuenta. Así Bursar también podrá verificar los pagos.
reserved = Reservado
    .note = Para cargas de trabajo en ejecución
held = Retenido
    .note = En revisión
    .note-holds = En revisión por el proveedor; no se ha perdido
frozen-yes = Congelada
frozen-no = No congelada
never-updated = Aún sin actualizar

## Charges.

charges = Cargos de los últimos 30 días
charges-source = Fuente: API del proveedor, { $age }
charges-as-chart = Mostrar como gráfico
charges-as-table = Mostrar como tabla
charges-none = No ha habido cargos en los últimos 30 días.
charges-hidden = El gráfico está oculto porque los importes están ocultos.
charges-caption = Cargos por día (los más recientes primero)
charges-day = Día (UTC)
charges-charged = Cargo
charges-on = { $amount } el { $day }
charges-total = { $total } en total
charges-total-partial = { $unknown ->
    [one] { $total } en total; { $unknown } día desconocido
    [many] { $total } en total; { $unknown } de días desconocidos
   *[other] { $total } en total; { $unknown } días desconocidos
}
charges-by-resource = Por recurso
    .resource = Recurso
    .kind = Tipo
charges-all-resources = Mostrar los { NUMBER($count) } recursos
resource-kind = { $kind ->
    [machine] Máquina
    [disk] Disco
    [address] Dirección IP pública
   *[other] Otro
}

missing-charges-address = No se pudieron leer los cargos.
missing-charges-keyring = Bursar leerá los cargos cuando esté disponible el llavero, que guarda la clave de API.
missing-charges-signed_out = Inicie sesión para ver los cargos.
missing-charges-offline = No hay conexión. Bursar leerá los cargos cuando vuelva a haberla.
missing-charges-failed = No se pudieron leer los cargos.
missing-charges-loading = Cargando los cargos…

## The card of one account among all.

card-open-payments = Pagos abiertos
card-payment = { $kind } { $amount }
card-signed-out = Sesión cerrada. Estos datos no están al día.
card-error = { $title }. { $message }
card-stale = No está al día.
card-frozen = Congelada por el proveedor.
card-disagreement = La cadena de bloques y el proveedor indican saldos distintos.
card-maintenance = El proveedor está en mantenimiento.
card-top-up = Recargar { $account }
