# El llavero del escritorio. El consejo está en errors.ftl.

detail-keyring-unusable = No hay llavero o no se puede usar.
detail-keyring-locked = El llavero está bloqueado. En cuanto lo desbloquee, Bursar continuará.
detail-keyring-refused = El llavero no ha permitido que Bursar use la clave. Para que vuelva a preguntar, elija «Actualizar todo» en la página Cuentas.
detail-keyring-no-room = El llavero no puede guardar una clave tan larga.
detail-keyring-slow = El llavero no responde. Si pide una contraseña, escríbala y vuelva a intentarlo.
