# The frame around the pages: navigation, header and banners.

# A soft hyphen is where a word may break in the narrow sidebar.
page-overview = Resumen
page-top_up = Recargar
page-payments = Pagos
page-inbox = Buzón
page-accounts = Cuentas
page-settings = Configu{ "\u00AD" }ración
page-balances = Todas las cuentas
page-connect = Conectar una cuenta

skip-to-content = Ir al contenido

nav = Cuentas y páginas
nav-pages = Páginas
nav-accounts = Cuentas
nav-connect = Conectar
nav-all-accounts = Todas las cuentas
    .short = Todas
nav-signed-out = Sesión cerrada
# Read aloud instead of the number beside the inbox.
nav-unread = { $count ->
    [one] { $count } notificación sin leer
    [many] { $count } de notificaciones sin leer
   *[other] { $count } notificaciones sin leer
}

header-sandbox = Sandbox
    .tip = Un proveedor en este equipo que usa dinero ficticio

## Banners. One of the first three sentences says how old the figures are.

banners = Mensajes de estado
banner-figures-last = Se muestran los últimos datos conocidos.
banner-figures-from = Se muestran datos del { $time }.
banner-figures-none = Aún no hay datos.
banner-offline = <strong>No hay conexión a internet.</strong>
banner-signed-out = <strong>La sesión de { $account } está cerrada.</strong>
banner-key-unreadable = <strong>No se puede leer la clave de API de { $account }.</strong>
banner-stale = <strong>Los datos no están al día.</strong>

## Desktop services that are missing: their names in a list, or a title and what to do.

services-missing = <strong>Faltan algunos servicios del escritorio:</strong> { $services }.
services-more = Mostrar detalles
services-less = Ocultar detalles
services-hide = Ocultar hasta que falte otro servicio
service-keyring = llavero
    .title = No hay llavero.
    .text = Si tiene uno, desbloquéelo para que Bursar pueda leer sus claves. Sin un llavero como GNOME Keyring, Bursar olvida las claves al cerrarse.
service-tray = bandeja del sistema
    .title = No hay bandeja del sistema.
    .text = Al cerrar la ventana se cierra Bursar, salvo que haya una recarga abierta. En GNOME, instale la extensión AppIndicator.
service-notifications = notificaciones
    .title = No hay notificaciones.
    .text = Este escritorio no muestra notificaciones. Todas aparecen en el buzón.
service-links = enlaces desde el navegador
    .title = No hay enlaces desde el navegador.
    .text = Bursar no pudo registrar sus enlaces. Detecta los pagos igualmente, pero tendrá que volver a esta ventana por su cuenta.
