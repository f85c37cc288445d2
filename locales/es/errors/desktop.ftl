# Cómo el escritorio inicia Bursar y abre enlaces a Bursar. { $reason } es un texto del sistema, en inglés o en el idioma del sistema.

detail-program-path-unknown = El sistema no indica dónde está instalado Bursar.
detail-program-moved = Bursar ya no está en { $path }. Sus pagos no se ven afectados. Cierre Bursar e inícielo desde su nueva ubicación.
detail-path-not-text = El escritorio no admite algunos caracteres de la ruta de Bursar o de su carpeta de datos.
detail-home-folder-missing = Bursar no encuentra su carpeta personal, donde el escritorio guarda este ajuste.
detail-autostart-not-changed = No se pudo cambiar el inicio de Bursar al iniciar sesión. El sistema indica: { $reason }.
detail-links-not-registered = El escritorio no abre los enlaces de Bursar en Bursar. El sistema indica: { $reason }.
detail-browser-not-opened = El sistema no pudo abrir ningún navegador.
detail-pdf-viewer-not-opened = No se pudo abrir ninguna aplicación para archivos PDF. Guarde la factura en un archivo.
