# The settings.

settings-appearance = Idioma y apariencia
setting-language = Idioma
    .hint = Las versiones en alemán y español aún no han sido revisadas por hablantes nativos.
language-system = Sistema
language-en = English
language-de = Deutsch (sin revisar)
language-es = Español (sin revisar)
settings-theme = Tema
theme-system = Sistema
theme-light = Claro
theme-dark = Oscuro
settings-text-size = Tamaño del texto
setting-hide-amounts = Ocultar importes
    .hint = Muestra puntos en lugar de importes en la ventana, en las notificaciones y en la bandeja del sistema.

settings-alerts = Notificaciones
setting-notifications = Mostrar notificaciones
    .hint = Bursar le avisa de las recargas y del saldo bajo. En cualquier caso, todas las notificaciones aparecen en el buzón.
    .hint-missing = Este escritorio no muestra notificaciones en este momento. Todas aparecen en el buzón.
setting-low-days = Avisar cuando queden pocos días
    .hint = Bursar le avisa una vez cuando el saldo dura este número de días o menos.
    .field = Días restantes
    .unit = { $count ->
        [one] día
        [many] días
       *[other] días
    }
    .zero = Introduzca al menos 1 día. Para desactivar este aviso, use su interruptor.
    .malformed = Introduzca un número de días del 1 al 999.
setting-low-amount = Avisar cuando el saldo baje de un importe
    .hint = Bursar le avisa una vez cuando el saldo es inferior a este importe.
    .pending = Introduzca un importe para activar este aviso.
    .currencies = Se aplica a cada cuenta en su propia moneda: { $currencies }.
    .currencies-any = Se aplica a cada cuenta en su propia moneda.
    .zero = Introduzca un importe superior a 0. Para desactivar este aviso, use su interruptor.
    .malformed = Introduzca un importe como 25 o 25,50.
amount-ambiguous = «{ $typed }» puede significar { $whole } o { $decimal }. Escriba el importe que quiere decir.

settings-start = Inicio
setting-autostart = Abrir al iniciar sesión
    .hint = Bursar se inicia oculto en la bandeja del sistema.
    .hint-no-tray = Bursar se inicia oculto. Este escritorio no tiene bandeja del sistema, así que abra Bursar de nuevo para ver su ventana.

settings-rpc = Puntos de acceso RPC
    .text = Bursar lee la cadena de bloques a través de los puntos de acceso RPC de la red, pero consulta primero el que usted haya indicado. La dirección de este puede contener una clave, por lo que Bursar la guarda en el llavero y muestra solo el host.
rpc-none = ninguno
rpc-address = Su punto de acceso RPC
rpc-save = Usar punto de acceso
rpc-clear = Usar los de la red

# Keys have the names that are printed on keyboards of the language.
settings-keyboard = Teclado
keys-pages = Ctrl 1 … 6
    .does = Ir a una página, en el orden de la barra lateral
keys-settings = Ctrl ,
    .does = Configuración
keys-search = /
    .does = Buscar pagos
keys-list = ↑ ↓ Intro
    .does = Seleccionar un pago y abrirlo
keys-close = Esc
    .does = Cerrar un cuadro de diálogo o una lista

settings-about = Acerca de
about-version = Bursar <version>{ $number }</version>.
about-licence = Software libre bajo la licencia MIT o la Apache License 2.0, a su elección.
about-quit = Salir de Bursar
about-diagnostics = El diagnóstico contiene versiones, estados y códigos de error, pero no claves, direcciones de billetera ni importes.
