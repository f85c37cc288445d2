# Paying: top-ups, renewals and migrations.

pay-what = Concepto del pago
pay-top_up = Recarga
pay-renewals = Renovaciones
pay-migrations = { $count ->
    [0] Migraciones
    [one] Migración
    [many] Migraciones ({ $count })
   *[other] Migraciones ({ $count })
}
pay-starting = Ya se está iniciando un pago
    .text = El proveedor aún no ha confirmado que este pago exista. En cuanto lo haga, podrá iniciar otro.
pay-open = Ya hay una recarga abierta
    .text = El proveedor permite una sola recarga a la vez. Complete o cancele esta antes de iniciar otra.
pay-accounts = Ir a las cuentas
renewals-none = Nada que renovar
    .text = Los servicios aparecen aquí cuando se pueden renovar.
migrations-none = No hay ninguna migración pendiente de pago
    .text = Es posible que se haya pagado o cancelado en otro lugar.

## The amount. The limits are complete sentences, of which up to two are shown.

limit-max = Como máximo, { $max }.
limit-range = De { $min } a { $max }.
limit-min = Como mínimo, { $min }.
limit-room = Puede recargar hasta { $room }, porque el saldo no puede superar { $limit }.
limit-balance = El saldo no puede superar { $limit }.
limit-decimals = { $count ->
    [one] Hasta { $count } decimal.
    [many] Hasta { $count } de decimales.
   *[other] Hasta { $count } decimales.
}
amount-presets = Importes sugeridos

## The payer and the payment method.

payer = Pagador
    .placeholder = Elegir pagador
payer-gone = { $payer } ya no está disponible como pagador
    .text = Este pagador ya no se ofrece y es posible que se haya eliminado en otro lugar.
    .now = En su lugar se ha seleccionado { $payer }.
method = Método de pago
# The title says which payment method; the attributes say why, and what is selected now.
method-dropped = Se ha anulado la selección de { $method }
    .payer = Este método no está vinculado a este pagador.
    .gone = Este método ya no se ofrece y es posible que se haya eliminado en otro lugar.
    .unusable = Este método no se puede utilizar en este momento.
    .now = En su lugar se ha seleccionado { $method }.
    .none = Elija otro método de pago.
method-none = Este pagador no tiene ningún método de pago utilizable en este momento.
method-invoice = Pago posterior por transferencia
method-max = Hasta { $max }
method-range = De { $min } a { $max }
method-min = Desde { $min }
method-save = Guardar para la próxima vez
    .hint = El método de pago lo guarda el proveedor, no Bursar, tras comprobarlo. Después figura entre los métodos de pago de la cuenta.

## Renewals and migrations.

renewals = Servicios por renovar
renewal-overdue = Vencido desde el { $date }
renewal-paid-until = Pagado hasta el { $date }
renewal-until = → { $date }
renewal-period = Periodo de renovación de { $service }
    .placeholder = Sin periodo
migrations = { $count ->
    [one] Su migración
    [many] Elija una migración
   *[other] Elija una migración
}
migration-ordered = { $name }, pedida el { $date }
migration-period = Periodo
migration-until = Hasta el { $date }

## The price and the button.

quote = Precio
quote-amount = Importe
quote-price = Precio
quote-fee = Comisión
quote-fee-estimate = Comisión (estimada)
quote-total = Total a pagar
quote-total-estimate = Total a pagar (estimado)
quote-total-free = Total a pagar <note>(sin comisión)</note>
# Read aloud once the price no longer changes with each key press.
quote-announcement = Total a pagar: { $total }.
quote-announcement-estimate = Total a pagar (estimado): { $total }.
quote-balance = Saldo resultante
pay-now = Pagar…
pay-invoice = Solicitar factura
pay-continue = Continuar al pago
pay-busy = Iniciando…

next = Qué ocurre después
next-charge-confirm = Bursar le pide que confirme el total exacto.
next-charge-taken = El proveedor realiza el cobro de inmediato. No hace falta salir de Bursar.
next-charge-result = Bursar le avisa cuando el pago se completa, o le indica por qué ha fallado.
next-invoice-made = El proveedor emite una factura. La encontrará en «Pagos».
next-invoice-pay = La factura se paga por transferencia.
next-invoice-result = Bursar le avisa cuando el pago se completa. Puede tardar días.
next-page-opens = En el navegador se abre la página de pago.
next-page-pay-wallet = El pago se realiza allí. Bursar nunca ve su billetera ni su tarjeta.
next-page-pay-card = El pago se realiza allí. Bursar nunca ve su tarjeta ni su contraseña.
next-page-returns = La página conduce de vuelta a Bursar, que le avisa cuando el pago se completa.
next-page-stays = La página no conduce de vuelta a Bursar. Bursar detecta el pago y le avisa cuando se completa.

## The question before a method is charged immediately.

confirm = ¿Pagar ahora?
    .text = El cobro es inmediato, sin pasar por otra página.
confirm-method = Método de pago
confirm-for = Concepto
confirm-for-balance = Saldo de { $account }
confirm-total = Total
confirm-pay = Pagar { $amount }
confirm-busy = Pagando…

withdrawn = No se ha pagado nada porque algo ha cambiado
withdrawn-method = { $method } ya no está disponible. Revise la selección actual antes de pagar.
withdrawn-payer = { $payer } ya no está disponible aquí como pagador. Revise la selección actual antes de pagar.
withdrawn-payer-unnamed = El pagador ya no está disponible aquí. Revise la selección actual antes de pagar.
withdrawn-purpose = { $purpose } ya no se ofrece como antes. Revise la selección actual antes de pagar.
withdrawn-purpose-unnamed = Lo que había seleccionado ya no se ofrece como antes. Revise la selección actual antes de pagar.
withdrawn-already = Se ha iniciado en otro lugar otro pago por el mismo concepto.
withdrawn-total = El total era { $before } y ahora es { $after }.
withdrawn-refused = Este pago ya no es posible.

duplicates = Ya hay un pago en curso por este concepto
    .text = Si paga ahora, pagará dos veces.
duplicates-payment = { $purpose }, { $amount }: { $status }
duplicates-payment-unnamed = Pago de { $amount }: { $status }

rules = Antes de pagar
rules-title = { $rule ->
    [rent_only] Solo para alquilar
    [no_withdrawal] Sin retirada de dinero
    [payment_page_only] Solo en la página de pago
    [wallet_is_separate] Su billetera no es el saldo
    [other_ways_in] Otras vías
    [late_money_not_credited] El dinero tardío no se abona
    [saved_method_pays_at_once] Un método guardado se cobra de inmediato
   *[provider_keeps_books] El proveedor lleva las cuentas
}
rules-text = { $rule ->
    [rent_only] El saldo paga lo que alquila a { $provider } y nada más.
    [no_withdrawal] El dinero del saldo no se puede retirar. Para un reembolso, diríjase a { $provider }.
    [payment_page_only] Recargue solo en la página de pago. Una transferencia desde su propia billetera no llega al saldo.
    [wallet_is_separate] En la dirección de billetera de su cuenta no hay nada de este dinero. El dinero para staking va a esa billetera, directamente o por el puente.
    [other_ways_in] Los códigos de promoción, que se introducen en la consola, y los programas que pagan por x402 también aumentan el saldo.
    [late_money_not_credited] No pague después de que una página de pago haya caducado o se haya cancelado. Si ya lo hizo, escriba a { $provider }: el dinero tardío no se abona por sí solo.
    [saved_method_pays_at_once] El dinero se cobra en cuanto confirma el total. No hay ninguna página de pago en la que aún pueda cancelar.
   *[provider_keeps_books] El saldo, los pagos y las facturas son los que indica el proveedor. Para un reembolso, diríjase al proveedor.
}
rules-promo = Introducir código promocional en la consola
rules-console = Abrir consola del proveedor
quote-balance-unknown = El saldo no se conoce en este momento, así que Bursar no puede comprobar si se mantiene por debajo del límite. Lo comprueba el proveedor.

# Fills in the amount that does both.
amount-clears-debt = Saldar la deuda y pagar 30 días
