# Connecting accounts, and the page that lists them.

accounts-empty = No hay ninguna cuenta conectada
    .text = Conecte una con una clave de API o iniciando sesión en el navegador.

# The names of an account's data. Their values are dates, names, and the sentences `session-*` after "Signed in".
card-provider = Proveedor
card-network = Red
card-api-host = Host de la API
card-address-missing = No indicada. El saldo proviene solo de la API del proveedor y los pagos no se pueden verificar.
card-signed-in = Sesión iniciada
session-no = No
session-unknown = Desconocido: { $message }
session-waiting = A la espera del llavero
session-until-quit = Hasta que se cierre Bursar
session-kept = Sí, la clave de API está en el llavero
card-key-expires = La clave caduca
card-key-expires-nearness = { $nearness ->
    [soon] { $date } (pronto)
    [over] { $date } (esta fecha ya ha pasado)
   *[later] { $date }
}
card-connected = Conectada desde
card-change-key = Cambiar clave de API
card-edit = Editar
card-methods = Métodos de pago
card-explorer = Abrir explorador
card-refresh = Actualizar todo
card-sign-out = Cerrar sesión
card-remove = Eliminar

sign-out = ¿Cerrar la sesión de { $account }?
    .text = Bursar elimina la clave de API del llavero. El historial sigue disponible, pero Bursar no obtiene nada nuevo hasta que se vuelva a iniciar sesión.
    .confirm = Cerrar sesión
    .keep = Mantener sesión
remove-account = ¿Eliminar { $account }?
    .text = Se eliminan de este equipo la clave de API, el historial y las notificaciones de la cuenta. La cuenta y su dinero permanecen en el proveedor, y puede volver a conectarla.
    .confirm = Eliminar cuenta
    .keep = Conservar cuenta

edit-account = Editar { $account }
edit-name = Nombre
edit-address-hint = Bursar lee el saldo de esta dirección en la cadena de bloques. La dirección es pública; no introduzca nunca una clave privada.
key-expiry = La clave de API caduca el
    .hint = Si su clave de API tiene fecha de caducidad, indíquela. Bursar le avisa 7 días y 1 día antes.

sign-in = Iniciar sesión en { $account }
    .submit = Iniciar sesión
    .browser = Iniciar sesión en el navegador
    .waiting-text = Termine de iniciar sesión allí. Este cuadro de diálogo se cerrará solo.
key-host = Bursar envía su clave de API a <mono>{ $host }</mono> y a ningún otro sitio.
browser-waiting = A la espera del navegador

## Connecting an account.

connect-intro = Bursar vigila su saldo de prepago en la nube: cuánto queda, cuánto dura y cuándo llega una recarga. No guarda claves de billetera ni firma nada.
connect-network = ¿Dónde está su cuenta?
connect-other-networks = Otras redes
connect-network-file = Agregar red desde archivo…
connect-how = Cómo conectar
connect-by-key = Clave de API
connect-by-browser = Con el navegador
connect-step-create = Crear una clave de API
connect-keys-page = Abrir página de claves de API
connect-preset = El ajuste predefinido «{ $preset }» basta para vigilar el saldo. Si Bursar también debe iniciar recargas, elija en su lugar permisos (scopes) sueltos:
connect-step-scopes = Asígnele estos permisos (scopes) y ningún otro:
# The names of two lists of scopes.
connect-scopes-read = Para leer
connect-scopes-top-up = Para recargar
connect-step-paste = Pegar la clave
    .hint = La consola muestra la clave una sola vez.
connect-step-address = Introducir la dirección de billetera
connect-address-hint = La dirección cuyo saldo lee Bursar en la cadena de bloques. En la configuración de la consola se llama «Wallet public address». Sin ella, el saldo proviene solo de la API del proveedor y los pagos no se pueden verificar.
connect-no-keyring = No hay ningún llavero disponible
    .text = Bursar olvida la clave de API al cerrarse y la vuelve a pedir. Para conservarla, desbloquee o instale antes un llavero como GNOME Keyring.
connect-session-only = Olvidar la clave de API al cerrar Bursar
connect-submit = Conectar
connect-busy = Conectando…
connect-browser-host = En el navegador se abre la página de inicio de sesión de <mono>{ $host }</mono>, que después conduce de vuelta a Bursar. En Bursar no se introduce ningún dato secreto.
connect-browser-open = Abrir página de inicio de sesión
connect-waiting-text = Termine de iniciar sesión allí. Si ha cerrado la página, ábrala de nuevo.
connect-waiting-reopen = Abrir de nuevo
connect-waiting-stop = Dejar de esperar
key-checks = Qué permite la clave
key-use = { $use ->
    [payments] Leer saldo y pagos
    [spending] Leer gastos
   *[top-ups] Iniciar recargas
}
key-check = { $state ->
    [waiting] Sin probar
    [trying] Probando…
    [granted] Funciona
    [missing] No permitido
   *[unknown] Se desconoce
}
key-check-needs = Necesita el permiso <mono>{ $scope }</mono>, que forma parte del ajuste predefinido «{ $preset }».
connected = { $account } está conectada.
connected-unnamed = La cuenta está conectada.
connected-warnings = { $count ->
    [one] Por ahora hay una limitación:
    [many] Por ahora hay algunas limitaciones:
   *[other] Por ahora hay algunas limitaciones:
}
connected-key-limits = La cuenta funciona con lo que la clave permite. Para cambiarlo, cree otra clave y elija «Cambiar clave de API» en la página Cuentas.
connected-continue = Ir al resumen

## Saved payment methods.

methods = Métodos de pago
    .text = { $provider } los guarda para { $account }. Bursar nunca ve números de tarjeta ni contraseñas.
methods-page-opened = Continúe en el navegador
    .text = Introduzca allí los datos. El método aparece aquí como pendiente hasta que el proveedor lo confirme.
methods-empty = No hay métodos de pago guardados.
methods-make-default = Usar como predeterminado
    .label = Usar como predeterminado: { $method }
methods-remove = Eliminar
    .label = Eliminar { $method }
methods-add = Agregar { $method }
remove-method = ¿Eliminar { $method }?
    .text = El proveedor elimina este método de pago. Para volver a usarlo, tendrá que introducir sus datos de nuevo en una página de pago.
    .confirm = Eliminar método
    .keep = Conservar método
