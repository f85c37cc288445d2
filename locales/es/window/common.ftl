# Words and sentences that several pages use.

action-cancel = Cancelar
action-close = Cerrar
action-copied = Copiado
action-details = Detalles
action-dismiss = Descartar
action-done = Listo
action-enter-address = Introducir dirección de billetera
action-open-console = Abrir consola
action-return-to-payment = Volver al pago
action-save = Guardar
action-sign-in-again = Volver a iniciar sesión
action-top-up = Recargar
action-try-again = Reintentar

account = Cuenta
amount = Importe
api-key = Clave de API
balance = Saldo
default = Predeterminado
fee = Comisión
hide-amounts = Ocultar importes
# In place of a balance.
owes = Debe { $amount }
sandbox = Sandbox
show-amounts = Mostrar importes
status = Estado
wallet-address = Dirección de billetera

amount-unknown = desconocido
amount-hidden = oculto
field-optional = (opcional)
field-reveal = Mostrar lo que se escribe
setting-not-saved = No se pudo guardar la configuración.
select-label = { $label }: { $value }
select-count = { $count ->
    [one] { $count } opción
    [many] { $count } de opciones
   *[other] { $count } opciones
}

## Copying to the clipboard. `.copied` and `.failed` are read aloud.

copy-wallet_address = Copiar dirección de billetera
    .copied = Dirección de billetera copiada.
    .failed = No se pudo copiar la dirección de billetera.
copy-payment_number = Copiar número de pago
    .copied = Número de pago copiado.
    .failed = No se pudo copiar el número de pago.
copy-payment_id = Copiar ID de pago
    .copied = ID de pago copiado.
    .failed = No se pudo copiar el ID de pago.
copy-payment_report = Copiar un informe para el proveedor
    .copied = Informe copiado.
    .failed = No se pudo copiar el informe.
copy-transaction = Copiar transacción
    .copied = Transacción copiada.
    .failed = No se pudo copiar la transacción.
copy-payment_link = Copiar enlace
    .copied = Enlace de pago copiado.
    .failed = No se pudo copiar el enlace de pago.
copy-scopes = Copiar permisos
    .copied = Permisos copiados.
    .failed = No se pudieron copiar los permisos.
copy-diagnostics = Copiar diagnóstico
    .copied = Diagnóstico copiado.
    .failed = No se pudo copiar el diagnóstico.

## Points in time. `$age` is "just now", "4 minutes ago", or a date and time.

time-just-now = ahora mismo
time-unknown = en un momento desconocido
updated = Actualizado { $age }
updated-sentence = Actualizado { $age }.
list-from = Última lectura de esta lista: { $age }.

## What is being loaded, for screen readers.

loading-account = Cargando la cuenta…
loading-accounts = Cargando las cuentas…
loading-dues = Cargando servicios y pedidos…
loading-inbox = Cargando el buzón…
loading-methods = Cargando métodos de pago…
loading-networks = Cargando redes…
loading-payment = Cargando el pago…
loading-payments = Cargando pagos…

## How many days the balance lasts, as the core counts: whole days.

days-left = { $days ->
    [0] Queda menos de un día
    [one] Queda { $days } día
    [many] Quedan { $days } de días
   *[other] Quedan { $days } días
}
days-left-low = { $days ->
    [0] Queda menos de un día, saldo bajo
    [one] Queda { $days } día, saldo bajo
    [many] Quedan { $days } de días, saldo bajo
   *[other] Quedan { $days } días, saldo bajo
}
running-low = Saldo bajo

## Why a figure is missing, beneath the figure.

missing-address = Falta la dirección de billetera
missing-keyring = A la espera del llavero
missing-signed_out = Sesión cerrada
missing-offline = Sin conexión
missing-failed = No se pudo leer
missing-loading = Cargando…

## The states of a saved payment method.

saved-pending = Pendiente de confirmación
saved-confirmed = Confirmado
saved-failed = Error: no se puede utilizar
saved-method-until = { $card }, válida hasta { $date }
provider-title = { $title ->
    [hosting] Panel de alojamiento
    [unknown] Proveedor desconocido
   *[own_name] { $name }
}
