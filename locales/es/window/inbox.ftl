# The inbox. What its notifications say is in notifications.ftl.

inbox-empty = No hay notificaciones
    .text = Aquí Bursar le avisa de las recargas y del saldo bajo.
inbox-new = Nuevas
inbox-older = Mostrar anteriores
