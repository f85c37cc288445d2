# Enlaces a Bursar, y páginas que abre en el navegador.

detail-link-unknown = Este enlace no pertenece a Bursar.
detail-page-address-invalid = La dirección de la página de pago no es válida.
detail-page-not-secure = La página de pago no tiene una dirección segura (https).
detail-page-host-disguised = La dirección de la página de pago lleva a { $host }, pero no lo muestra.
detail-page-host-unknown = La página de pago está en { $host }, un host que el archivo de red no incluye.
detail-page-of-other-provider = La página de pago está en { $host }, donde están las páginas de { $title }, pero el pago es con { $provider }.
detail-page-provider-unlisted = La página de pago está en { $host }, y el archivo de red no incluye páginas de { $provider }.
detail-sign-in-page-unknown = La dirección no es la de la página de inicio de sesión de la red.
