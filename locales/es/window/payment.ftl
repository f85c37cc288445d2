# Payments: their kinds, their statuses, and what these mean for the user's money.

kind-top_up = Recarga
kind-credit = Abono
kind-refund = Reembolso
kind-renewal = Renovación
kind-migration = Migración

# Sources of money without a payment page.
source-x402 = Pago x402
source-promo_code = Código promocional

# One status word serves every kind of payment. Here it agrees with "pago" and "estado", not with the kind.
status-starting = Iniciando
status-open = Pendiente
status-confirming = Confirmando
status-under_review = En revisión
status-completed = Completado
status-cancelled = Cancelado
status-expired = Caducado
status-failed = Fallido
status-not_started = No iniciado
status-refunding = Reembolsando
status-refunded = Reembolsado

## What a status means. A payment has a page on which it is paid, or an invoice; it is confirmed on a chain, or by the provider.

meaning-starting = Bursar está pidiendo al proveedor que inicie el pago.
meaning-starting-unanswered = El proveedor no ha respondido, por lo que no está claro si este pago existe. Bursar lo está averiguando y no iniciará otro pago hasta saberlo.
meaning-open-page = A la espera de que pague en el navegador.
meaning-open-invoice = El proveedor espera el dinero. Si ha recibido una factura, páguela; aquí no hay nada más que hacer.
meaning-confirming-chain = El pago está en camino y espera la confirmación en la cadena de bloques.
meaning-confirming-provider = El pago se está procesando. Es posible que su saldo ya lo incluya.
meaning-under_review = El proveedor está revisando el pago. Puede tardar; el dinero no se ha perdido.
meaning-completed-top_up = El dinero está en su saldo.
meaning-completed-credit = El dinero está en su saldo.
meaning-completed-refund = El dinero se ha reembolsado.
meaning-completed-renewal = El pago se ha completado y se ha renovado el servicio.
meaning-completed-migration = El pago se ha completado y se ha pedido el servidor.
meaning-cancelled = Pago cancelado. Si ha pagado de todos modos, Bursar sigue consultando al proveedor.
meaning-expired = La página de pago ha caducado. Si ya ha pagado, Bursar sigue consultando al proveedor.
meaning-failed = El pago no se ha aceptado. Si se le ha cobrado de todos modos, Bursar sigue consultando al proveedor.
# Where late money is not credited by itself.
meaning-cancelled-not-credited = Cancelado. No lo pague. Si ya lo hizo, escriba al equipo del proveedor: el dinero tardío no se abona por sí solo.
meaning-expired-not-credited = La página de pago ha caducado. No la pague. Si ya lo hizo, escriba al equipo del proveedor: el dinero tardío no se abona por sí solo.
meaning-failed-not-credited = El pago no se aceptó. Si aun así se le cobró, escriba al equipo del proveedor.
meaning-not_started = No se ha iniciado ningún pago y no se le ha cobrado nada.
meaning-refunding = El proveedor está reembolsando el pago.
meaning-refunded-balance = El proveedor ha reembolsado el pago. El dinero ya no está en su saldo.
meaning-refunded = El proveedor ha reembolsado el pago.

## Whether the money was seen in the Balance contract.

verification-none = Aún sin verificar: el pago no ha aparecido en el contrato Balance.
verification-by_id = Verificado: la transacción lleva el ID de este pago.
verification-by_amount = Verificado por el importe: en el plazo de un día ha aparecido exactamente una transacción de este importe.
verification-seen = Verificado: el pago ha aparecido en el contrato Balance.
verification-needs-address = Sin verificar. Para encontrar los pagos en la cadena de bloques, Bursar necesita la dirección de billetera de la cuenta.
verification-single-rpc = Esta red tiene un solo punto de acceso RPC, por lo que sus datos no se pueden contrastar. Agregue otro en Configuración para que dos confirmen cada transacción.

## Titles.

payment-title = { $kind }: { $purpose }
payment-paid-by = { $method }, { $payer }
payment-of = { $kind ->
   *[top_up] Recarga de { $amount }
    [credit] Abono de { $amount }
    [refund] Reembolso de { $amount }
    [renewal] Renovación por { $amount }
    [migration] Migración por { $amount }
}
payment-of-sentence = { $kind ->
   *[top_up] Recarga de { $amount }.
    [credit] Abono de { $amount }.
    [refund] Reembolso de { $amount }.
    [renewal] Renovación por { $amount }.
    [migration] Migración por { $amount }.
}
payment-of-purpose-sentence = { $kind ->
   *[top_up] Recarga de { $amount }: { $purpose }.
    [credit] Abono de { $amount }: { $purpose }.
    [refund] Reembolso de { $amount }: { $purpose }.
    [renewal] Renovación por { $amount }: { $purpose }.
    [migration] Migración por { $amount }: { $purpose }.
}
# Read aloud when the status has changed: "Top-up of 25.00 USDC: Completed."
payment-announcement = { $payment }. Estado: { $status }.
payment-in-progress = Pago en curso: { $status }

## The steps of a payment, and the last one for each kind.

step-started = Inicio
step-payment = Pago
step-confirmation = Confirmación
step-last-top_up = En su saldo
step-last-credit = En su saldo
step-last-refund = Reembolso
step-last-renewal = Renovación
step-last-migration = Pedido
# Read aloud instead of a step's name once the step is done.
step-done = { $step } (hecho)

## An open payment.

open-cancel-requested = Ha cancelado este pago, pero el proveedor aún no lo ha confirmado. No pague.
# `$time` is a countdown such as 14:59.
open-countdown = La página de pago caduca en { $time }.
# Where the provider does not say when the page closes.
open-usually-closes = La página de pago suele cerrarse aproximadamente a esta hora: { $time }.
open-usually-closed = Es probable que la página de pago ya se haya cerrado. Pague solo si sigue abierta.
open-host-refused = La página de pago está en un host desconocido
open-host-refused-text = El archivo de red no incluye <host>{ $name }</host>, por lo que Bursar no ha abierto la página. Permita este host solo si el proveedor le ha indicado que es suyo.
open-allow-host = Permitir host…
open-check-now = Comprobar ahora
open-show-qr = Mostrar código QR
# "Wallet" is the name of an option on the payment page, which is in English.
open-qr-hint = Si la opción «Wallet» falla, escanee el código QR.
open-checked = Última consulta al proveedor: { $age }.
open-cancel-text-page = Bursar pide al proveedor que cierre la página de pago. Si ya ha pagado, no cancele: el dinero está en camino.
open-cancel-text-invoice = Bursar pide al proveedor que cancele el pago. Si ya ha pagado, no cancele: el dinero está en camino.

cancel-top_up = ¿Cancelar esta recarga?
    .confirm = Cancelar recarga
cancel-credit = ¿Cancelar este abono?
    .confirm = Cancelar abono
cancel-refund = ¿Cancelar este reembolso?
    .confirm = Cancelar reembolso
cancel-renewal = ¿Cancelar esta renovación?
    .confirm = Cancelar renovación
cancel-migration = ¿Cancelar esta migración?
    .confirm = Cancelar migración
cancel-keep = No cancelar

allow-host = ¿Permitir { $host }?
    .text = Bursar podrá abrir páginas de pago de esta cuenta en este host. Un host fraudulento podría quedarse con su dinero.
    .confirm = Permitir host
    .keep = No permitir

# “Scan QR code” is a button of the payment page, which is in English.
qr = Página de pago como código QR
    .text = Escanee el código con el teléfono para abrir allí la página de pago. Si la opción «Wallet» falla, elija «Scan QR code» en la página.
    .text-plain = Escanee el código con el teléfono para abrir allí la página de pago.
    .label = Código QR de la página de pago
    .missing = No se pudo generar el código QR. Copie el enlace en su lugar.

# The text that the user sends to the provider’s team. The times are exact and in UTC.
payment-report =
    Pago: { $id }
    Importe: { $amount }
    Estado: { $status }
    Proveedor de pago: { $source }
    Creado: { $created }
    Último cambio: { $updated }
    Transacción: { $transaction }
