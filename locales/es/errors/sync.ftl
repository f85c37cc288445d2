# Reading figures, history and payment events.

detail-sync-too-slow = Los servidores no han respondido a tiempo. Lo recibido hasta entonces está guardado.
detail-no-wallet-address = La cuenta no tiene una dirección de billetera que Bursar pueda leer.
detail-wallet-address-changed = La dirección de billetera cambió mientras Bursar leía la cadena de bloques.
detail-no-newer-figures = Ningún punto de acceso RPC tiene datos más recientes.
detail-blocks-without-logs = Los puntos de acceso RPC tienen bloques cuyos registros no devuelven.
detail-events-pruned = Ningún punto de acceso RPC conserva ya eventos de pago anteriores al bloque { $block }. Los pagos más antiguos quedan sin verificar; el saldo no se ve afectado.
detail-newest-events-unread = No se pudieron leer los eventos de pago más recientes, así que los pagos nuevos aún no están verificados. { $why }
detail-older-events-unread = No se pudieron leer los eventos de pago anteriores al bloque { $block }. { $why }
