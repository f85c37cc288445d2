# Pagos: qué se puede pagar y con qué, y sus documentos.

detail-payment-not-in-history = Este pago no está en el historial.
detail-no-invoice-yet = Aún no hay factura. El proveedor la emite cuando se completa el pago.
detail-not-a-transaction = Esto no es el hash de una transacción.
detail-payer-gone = Este pagador ya no pertenece a la cuenta.
detail-no-method-offered = El proveedor no ofrece en este momento ningún método de pago utilizable.
detail-method-not-offered = El proveedor no ofrece este método de pago en este momento.
detail-method-being-checked = El proveedor aún está comprobando este método de pago guardado. Espere a que se confirme.
detail-method-not-confirmed = El proveedor no ha podido confirmar este método de pago guardado. Para usarlo, elimínelo y guárdelo de nuevo.
detail-method-not-removable = Este método de pago no se puede eliminar en este momento.
detail-offer-gone = El proveedor ya no lo ofrece de esta forma.
detail-nothing-to-renew = Elija al menos un servicio para renovar.
detail-service-twice = Un servicio solo se puede renovar una vez en cada pago.
detail-total-changed = El total es ahora { $total }. No se ha pagado nada. Revise el nuevo total antes de pagar.
detail-total-changed-unknown = El total ha cambiado y el nuevo no se conoce. No se ha pagado nada.
detail-total-not-confirmed = No se ha pagado nada.
detail-form-invalid = El identificador de este pago no es válido. No se ha pagado nada. Abra el formulario de nuevo.
detail-started-differently = Este pago ya se inició con otro importe o para otra cosa. Búsquelo en la página «Pagos» antes de volver a pagar.
detail-same-payment-confirmed = El proveedor acaba de confirmar un pago anterior de { $amount } para lo mismo. No se ha pagado nada dos veces. Vuelva a pagar si quiere un segundo pago.
