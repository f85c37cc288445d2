# Recargas abiertas, y lo que se puede hacer con ellas.

detail-top-up-gone = Esta recarga ya no está abierta.
detail-top-up-already-started = Esta recarga ya se ha iniciado.
detail-top-up-not-cancellable = Este pago ya no se puede cancelar.
detail-top-up-page-missing = El proveedor no ha indicado ninguna página de pago para esta recarga.
detail-top-up-needs-key = Inicie sesión primero en esta cuenta, porque para recargar se necesita su clave.
detail-top-up-offline = Este equipo no tiene conexión, así que Bursar no inició ninguna recarga. No se envió nada.
detail-open-top-ups-not-read-yet = Bursar todavía está leyendo qué recargas están abiertas. Vuelva a intentarlo en un momento.
detail-top-up-still-open = Una recarga de { $amount } sigue abierta. Termínela o cancélela primero.
detail-outcome-unknown = Bursar aún no sabe si se realizó el último pago de { $amount }. Hasta averiguarlo, no inicia ningún otro pago, durante un día como máximo.
detail-outcome-doubtful = Se perdió la respuesta a este pago. El pago { $payment } podría ser el mismo, pero los relojes de este equipo y del proveedor no coinciden. Compruébelo antes de volver a pagar: si nadie más lo hizo, es este pago. Hasta entonces Bursar no inicia ningún otro pago, durante un día como máximo.
detail-outcome-not-readable = Se perdió la respuesta a esta recarga y la clave no puede leer el historial en el que aparecería. Bursar no la solicita dos veces. Inicie sesión con una clave que pueda leer el historial o consulte la consola del proveedor.
detail-top-up-already-open = Ya hay una recarga abierta. Complétela o cancélela primero.
