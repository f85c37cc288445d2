# Answers of a provider that differ from the description of its API. Names of fields, such as $field, are the API’s.

detail-response-not-json = La respuesta del proveedor no contiene datos legibles. Es posible que algo en el camino la haya sustituido o cortado.
detail-response-not-object =
    Datos inesperados en la respuesta del proveedor ({ $object ->
        [account] cuenta
        [amount] importe
        [balance] saldo
        [charge] cargo
        [limits] límites
        [method] método de pago
        [migration] migración
        [page] página de una lista
        [payer] pagador
        [payment] pago
        [payment-page] página de pago
        [period] período
        [purpose] finalidad de un pago
        [reason] motivo
        [refusal] rechazo
        [server] servidor
        [service] servicio
        [sign-in] inicio de sesión
        [status] estado del servicio
        [top-up] recarga
       *[user] usuario
    }): el valor no es un objeto o tiene un campo repetido.
detail-response-not-list = Datos inesperados en la respuesta del proveedor: no es una lista.
detail-response-field =
    Datos inesperados en la respuesta del proveedor ({ $object ->
        [account] cuenta
        [amount] importe
        [balance] saldo
        [charge] cargo
        [limits] límites
        [method] método de pago
        [migration] migración
        [page] página de una lista
        [payer] pagador
        [payment] pago
        [payment-page] página de pago
        [period] período
        [purpose] finalidad de un pago
        [reason] motivo
        [refusal] rechazo
        [server] servidor
        [service] servicio
        [sign-in] inicio de sesión
        [status] estado del servicio
        [top-up] recarga
       *[user] usuario
    }): el campo «{ $field }» { $fault ->
        [below-minimum] es menor que el mínimo
        [contradicts] no concuerda con los demás valores
        [empty] está vacío
        [leads-nowhere] no lleva a otra página
        [missing] falta
        [negative] es negativo
        [not-amount] no es un importe
        [not-boolean] no es «true» ni «false»
        [not-count] no es un número entero dentro de los límites
        [not-currency] no es una moneda
        [not-date] no es una fecha
        [not-id] no es un identificador
        [not-list] no es una lista
        [not-text] no es un texto
        [not-time] no es una fecha y hora
        [not-token] no es un token
        [other-currency] está en una moneda distinta de la de la cuenta
        [too-large] es demasiado grande
        [too-long] es demasiado largo
        [twice] aparece dos veces
        [unknown] tiene un valor que esta versión de Bursar no conoce
        [unknown-payer] no corresponde a ningún pagador de la cuenta
        [wrong-decimals] tiene un número de decimales incorrecto
       *[zero] es cero
    }.
detail-response-payment = { $why } Pago: { $payment }.
detail-response-day = { $why } Día: { $day }.
detail-payment-listed-twice = El proveedor muestra dos veces el pago { $payment }, con datos distintos. Bursar no usa ninguno de los dos.
detail-page-incomplete =
    Una página de la lista del proveedor tiene { $found ->
        [one] { $found } pago
        [many] { $found } de pagos
       *[other] { $found } pagos
    } en lugar de { NUMBER($expected) }. Es posible que aquí falten pagos.
detail-page-count-wrong =
    La lista del proveedor tiene { $payments ->
        [one] { $payments } pago
        [many] { $payments } de pagos
       *[other] { $payments } pagos
    }, demasiados para { $pages ->
        [one] su única página
        [many] sus { $pages } de páginas
       *[other] sus { $pages } páginas
    }. Es posible que aquí falten pagos.
detail-page-number-wrong = El proveedor ha enviado una página de una lista distinta de la que pidió Bursar.
detail-list-endless = Una lista de la respuesta del proveedor no tiene fin.
detail-payments-unreadable =
    { $why } { $more ->
        [one] No se pudo leer un pago más.
        [many] No se pudieron leer { $more } de pagos más.
       *[other] No se pudieron leer { $more } pagos más.
    }
detail-invoice-not-pdf = Lo que el proveedor envió como factura no es un archivo PDF. Bursar no lo ha abierto.
detail-created-amount-differs = Se pidió un pago de { $wanted }, pero el proveedor ha creado uno de { $amount }. Revíselo antes de pagar y consulte al proveedor.
detail-created-purpose-differs = El proveedor ha creado un pago para algo distinto de lo pedido: { $purpose }. Revíselo antes de pagar y consulte al proveedor.
detail-created-for-balance = El proveedor ha creado una recarga en lugar del pago pedido. Revísela antes de pagar y consulte al proveedor.
detail-created-payment-differs =
    { $what ->
        [method] El proveedor ha creado el pago con un método de pago distinto del elegido.
       *[payer] El proveedor ha creado el pago para un pagador distinto del elegido.
    } Revíselo antes de pagar y consulte al proveedor.
