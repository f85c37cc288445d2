# What the desktop app says outside its window, besides tray and pop-ups.

# Comments of desktop entries. Some desktops show them next to the app’s name.
entry-autostart = Muestra saldos de la nube en la bandeja del sistema
entry-links = Abre enlaces que vuelven a Bursar

# The command line.
desktop-help-home = Carpeta de los datos de Bursar (o defina BURSAR_HOME)
desktop-help-hidden = Iniciar en la bandeja del sistema, sin ventana
desktop-help-version = Mostrar la versión
desktop-help-help = Mostrar esta ayuda
desktop-argument-unreadable = Un argumento no es texto en UTF-8.
desktop-home-missing = --home necesita una carpeta.
desktop-argument-unknown = { $argument } no es una opción.
