# Pop-ups of the desktop. A title is a few words on one line.

# Shown when window and tray are gone while a top-up is open.
lingering-title = Bursar sigue en marcha
lingering-body = Aún hay una recarga abierta. Bursar continúa en segundo plano, le avisa cuando la recarga termina y después se cierra. Para verla, vuelva a abrir Bursar.

missing-tray-title = Bursar funciona sin icono en la bandeja
missing-tray-body = Este escritorio no muestra iconos de la bandeja en este momento. Bursar sigue vigilando su saldo y le avisa. Para abrir la ventana, vuelva a abrir Bursar.

closed-to-tray-title = Bursar está en la bandeja del sistema
closed-to-tray-body = Allí sigue vigilando su saldo. Para cerrarlo, use el menú de su icono.

reset-settings-title = No se pudo leer la configuración
reset-settings-body = Bursar vuelve a usar la configuración predeterminada. El archivo dañado se conservó como { $path }.

# Several notifications in one pop-up: each on a line, and then how many more there are.
summary-title =
    { $count ->
        [one] { $count } notificación
        [many] { $count } de notificaciones
       *[other] { $count } notificaciones
    }
summary-more =
    { $count ->
        [one] { $count } notificación más
        [many] { $count } de notificaciones más
       *[other] { $count } notificaciones más
    }

# The button of a pop-up, where the desktop shows one.
popup-open = Mostrar

# Títulos de los cuadros de diálogo de archivos del escritorio, y el nombre de un tipo de archivo.
choose-export = Exportar pagos
choose-invoice = Guardar factura
choose-network-file = Agregar archivo de red
network-file = Archivo de red
