# Cuentas, sus direcciones de billetera y claves, y el inicio de sesión.

detail-account-not-connected = Esta cuenta se ha eliminado.
detail-label-taken = Ya hay una cuenta llamada { $label }. Elija otro nombre.
detail-key-malformed = Esto no es una clave de API: está vacía o tiene caracteres que ninguna clave tiene. Cópiela de nuevo.
detail-key-expiry-malformed = Esta no es una fecha válida. Escriba la fecha como AAAA-MM-DD, por ejemplo, 2027-01-31.
detail-key-expiry-over = Esta fecha ya ha pasado. Indique la fecha en la que caduca la clave de API.
detail-address-malformed = Este texto no tiene la forma de una dirección.
detail-address-mistyped = La dirección contiene un error de escritura: su suma de comprobación es incorrecta.
detail-address-zero = Esta es la dirección cero, que no pertenece a nadie.
detail-account-unknown = No hay ninguna cuenta llamada «{ $label }».
detail-no-accounts = Aún no hay cuentas. Agregue una con «bursar account add».
detail-label-length =
    Un nombre tiene de 1 a { $most ->
        [one] { $most } carácter
        [many] { $most } de caracteres
       *[other] { $most } caracteres
    }, sin caracteres de control.
detail-user-connected = Este usuario ya se ha agregado como «{ $account }».
detail-address-doubtful = Para esta dirección, el contrato muestra { $contract } y la API del proveedor { $api }. Es posible que la dirección no sea la correcta. Bursar muestra ambos datos.
