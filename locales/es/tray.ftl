# The tray's menu and tooltip. An account's line has little room; what is between parentheses is a word or two.

tray-account =
    { $state ->
        [none] { $account }: { $balance }
        [top_up_pending] { $account }: { $balance } (recarga pendiente)
        [top_up_confirming] { $account }: { $balance } (confirmando la recarga)
        [signed_out] { $account }: { $balance } (sesión cerrada)
        [offline] { $account }: { $balance } (sin conexión)
        [outdated] { $account }: { $balance } (no actualizado)
       *[low] { $account }: { $balance } (bajo)
    }
# In place of { $balance }.
tray-balance-owed = debe { $amount }
tray-balance-hidden = importe oculto
tray-balance-unknown = saldo desconocido

tray-no-account = No hay ninguna cuenta conectada
tray-open = Abrir Bursar
tray-top-up = Recargar…
tray-return = Volver al pago
tray-check-now = Comprobar ahora
tray-hide-amounts = Ocultar importes
tray-quit = Salir
