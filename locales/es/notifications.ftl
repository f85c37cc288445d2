# What Bursar notifies the user about, in pop-ups and in the inbox. A title is a few words on one line. `.body-hidden` stands for
# `.body` while amounts are hidden, or if the amount is not known.

notice-completed =
    { $kind ->
        [top_up] Recarga completada
        [renewal] Renovación completada
        [migration] Migración completada
       *[payment] Pago completado
    }
    .body =
        { $kind ->
            [top_up] La recarga de { $amount } ya está en { $account }.
            [renewal] La renovación de { $amount } para { $account } está pagada.
            [migration] La migración de { $amount } para { $account } está pagada.
           *[payment] El pago de { $amount } para { $account } se ha completado.
        }
    .body-hidden =
        { $kind ->
            [top_up] La recarga ya está en { $account }.
            [renewal] La renovación para { $account } está pagada.
            [migration] La migración para { $account } está pagada.
           *[payment] El pago para { $account } se ha completado.
        }
notice-failed =
    { $kind ->
        [top_up] Recarga fallida
        [renewal] Renovación fallida
        [migration] Migración fallida
       *[payment] Pago fallido
    }
    .body = El pago de { $amount } para { $account } no se aceptó. { $why }
    .body-hidden = El pago para { $account } no se aceptó. { $why }
notice-expired =
    { $kind ->
        [top_up] Recarga caducada
        [renewal] Renovación caducada
        [migration] Migración caducada
       *[payment] Pago caducado
    }
    .body = La página de pago caducó antes de que se pagaran { $amount } para { $account }. Si ya ha pagado, abra este pago en Bursar para ver qué ocurre con el dinero.
    .body-hidden = La página de pago para { $account } ha caducado. Si ya ha pagado, abra este pago en Bursar para ver qué ocurre con el dinero.
notice-cancelled =
    { $kind ->
        [top_up] Recarga cancelada
        [renewal] Renovación cancelada
        [migration] Migración cancelada
       *[payment] Pago cancelado
    }
    .body = El pago de { $amount } para { $account } se canceló. { $why }
    .body-hidden = El pago para { $account } se canceló. { $why }
notice-under_review =
    { $kind ->
        [top_up] Recarga en revisión
        [renewal] Renovación en revisión
        [migration] Migración en revisión
       *[payment] Pago en revisión
    }
    .body = El proveedor está revisando el pago de { $amount } para { $account }. El dinero no se ha perdido, pero la revisión puede tardar.
    .body-hidden = El proveedor está revisando el pago para { $account }. El dinero no se ha perdido, pero la revisión puede tardar.
notice-reversed =
    { $kind ->
        [top_up] Recarga revertida
        [renewal] Renovación revertida
        [migration] Migración revertida
       *[payment] Pago revertido
    }
    .body = La cadena de bloques ha descartado el bloque con el pago de { $amount } para { $account }, así que por ahora el saldo no lo incluye. Bursar sigue comprobándolo y le avisará cuando el pago vuelva a aparecer.
    .body-hidden = La cadena de bloques ha descartado el bloque con el pago para { $account }, así que por ahora el saldo no lo incluye. Bursar sigue comprobándolo y le avisará cuando el pago vuelva a aparecer.
notice-refunded =
    { $kind ->
        [top_up] Reembolso de una recarga
        [renewal] Reembolso de una renovación
        [migration] Reembolso de una migración
       *[payment] Reembolso de un pago
    }
    .body =
        { $kind ->
            [top_up] El proveedor reembolsa { $amount } y descuenta el importe del saldo de { $account }.
           *[payment] El proveedor reembolsa { $amount } para { $account }.
        } Si no lo esperaba, consulte al proveedor.
    .body-hidden =
        { $kind ->
            [top_up] El proveedor reembolsa una recarga y descuenta el importe del saldo de { $account }.
           *[payment] El proveedor reembolsa un pago para { $account }.
        } Si no lo esperaba, consulte al proveedor.
notice-low_balance = Saldo bajo
    .days =
        { $days ->
            [0] El saldo de { $account } alcanza para menos de un día.
            [one] El saldo de { $account } alcanza para { $days } día aproximadamente.
            [many] El saldo de { $account } alcanza para { $days } de días aproximadamente.
           *[other] El saldo de { $account } alcanza para { $days } días aproximadamente.
        }
    .amount = A { $account } le quedan { $amount }.
    .amount-hidden = El saldo de { $account } está por debajo del importe que usted ha fijado.
notice-balance_used_up = Saldo agotado
    .body = { $account } debe { $amount }. Sus recursos siguen en marcha y la deuda crece. Recargue antes de que el proveedor los elimine.
    .body-hidden = { $account } tiene una deuda. Sus recursos siguen en marcha y la deuda crece. Recargue antes de que el proveedor los elimine.
notice-machines_at_risk = Las máquinas se eliminarán pronto
    .body = { $account } debe { $amount }. Según las reglas del proveedor, sus máquinas y direcciones públicas pueden eliminarse en el plazo de un día. Recargue para conservarlas.
    .body-hidden = { $account } tiene una deuda. Según las reglas del proveedor, sus máquinas y direcciones públicas pueden eliminarse en el plazo de un día. Recargue para conservarlas.
notice-disks_at_risk = Los discos se borrarán pronto
    .body = { $account } debe { $amount }. Según las reglas del proveedor, sus discos pueden borrarse en el plazo de un día. Recargue para conservar los datos.
    .body-hidden = { $account } tiene una deuda. Según las reglas del proveedor, sus discos pueden borrarse en el plazo de un día. Recargue para conservar los datos.
notice-machines_removed = Es probable que las máquinas se hayan eliminado
    .body = { $account } debe { $amount }. Según las reglas del proveedor, sus máquinas y direcciones IP públicas ya deberían haberse eliminado. Después se borrarán los discos, si no recarga.
    .body-hidden = { $account } tiene una deuda. Según las reglas del proveedor, sus máquinas y direcciones IP públicas ya deberían haberse eliminado. Después se borrarán los discos, si no recarga.
notice-disks_removed = Es probable que los discos se hayan borrado
    .body = { $account } debe { $amount }. Según las reglas del proveedor, sus discos ya deberían haberse borrado. Pregunte al proveedor qué queda.
    .body-hidden = { $account } tiene una deuda. Según las reglas del proveedor, sus discos ya deberían haberse borrado. Pregunte al proveedor qué queda.
notice-unit_changed = El saldo está en otra unidad
    .body = El saldo de { $account } es ahora de { $amount }. Los pagos anteriores conservan su unidad, y Bursar nunca suma importes de dos unidades.
    .body-hidden = El saldo de { $account } está ahora en otra unidad. Los pagos anteriores conservan su unidad, y Bursar nunca suma importes de dos unidades.
notice-key_expires = La clave de API caduca pronto
    .body =
        { $days ->
            [0] La clave de API de { $account } caduca hoy.
            [one] La clave de API de { $account } caduca en { $days } día.
            [many] La clave de API de { $account } caduca en { $days } de días.
           *[other] La clave de API de { $account } caduca en { $days } días.
        } Cree una nueva y elija «Cambiar clave de API» en la página «Cuentas».
notice-signed_out = Sesión cerrada
    .body = El proveedor ya no acepta la sesión de { $account }. Inicie sesión de nuevo para continuar.

# After “was not accepted” or “was cancelled” when the provider gives no reason.
notice-paid-anyway = Si ha pagado de todos modos, abra este pago en Bursar para ver qué ocurre con el dinero.

# Why a payment did not succeed, and what the user can do.
reason-by_user = Usted canceló el pago.
reason-declined = El banco o el sistema de pago rechazó el pago. Pruebe con otro método de pago o consulte a su banco.
reason-insufficient_funds = No había suficiente dinero disponible con este método de pago. Use otro o un importe menor.
reason-confirmation_failed = La confirmación que exige su banco ha fallado. Inténtelo de nuevo y confirme el pago con su banco.
reason-expired = El pago no se hizo a tiempo. Inícielo de nuevo.
reason-method_gone = El método de pago guardado ya no es válido. Elija otro o guárdelo de nuevo.
reason-fraud = El proveedor sospecha un fraude. Póngase en contacto con el proveedor antes de intentarlo de nuevo.
reason-other = Inténtelo de nuevo o use otro método de pago.
# `$words` is the provider’s own text.
reason-with-words = { $reason } El proveedor dice: { $words }

# What a renewal or migration pays for.
purpose-months = { $months ->
    [one] { $months } mes
    [many] { $months } de meses
   *[other] { $months } meses
}
purpose-moved = { $name } a { $server }
purpose-for = { $what } ({ $length })
