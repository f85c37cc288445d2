# Puntos de acceso RPC, y lo que indican de la cadena de bloques. { $each } dice en frases completas qué ocurrió con cada uno.

detail-no-rpc-configured = La red no indica ningún punto de acceso RPC, así que Bursar no puede leer la cadena de bloques.
detail-no-rpc-usable = No se puede usar ningún punto de acceso RPC de la red. { $each }
detail-no-rpc-gave-events = Ningún punto de acceso RPC devolvió los eventos de pago. { $each }
detail-rpc-refused = { $host } se niega a responder. Si la dirección de este punto de acceso RPC contiene una clave, compruébela en Configuración.
detail-rpc-failed = { $host } respondió con el error { $error }.
detail-rpc-answer-invalid = { $host } envió una respuesta no válida ({ $part }). Bursar la ignoró.
detail-rpc-wrong-chain = { $host } corresponde a la cadena de bloques { $actual }, pero esta red está en la cadena { $expected }.
detail-rpc-no-contract = { $host } no encuentra ningún contrato en { $address }, que según el archivo de red es la dirección del contrato Balance.
detail-rpc-behind = { $host } aún no tiene los bloques más recientes.
detail-rpc-pruned = { $host } ya no tiene bloques tan antiguos.
detail-events-disagree = { $first } y { $second } indican eventos de pago distintos en los bloques más recientes. Bursar no usa ninguno hasta que coincidan.
detail-block-replaced-by-one = { $gone } indica que el bloque { $block } fue sustituido, pero { $there } aún lo tiene. Los pagos no cambian hasta que ambos coincidan.
detail-block-replaced-unconfirmed = { $gone } indica que el bloque { $block } fue sustituido. Los pagos no cambian hasta que un segundo punto de acceso RPC lo confirme.
detail-newest-events-not-there = Ningún punto de acceso RPC tiene aún los eventos de pago de los bloques más recientes.
detail-too-few-events-at-once = Los puntos de acceso RPC devuelven muy pocos eventos de pago cada vez.
detail-newest-block-not-reached = Ningún punto de acceso RPC que responde ha llegado al bloque { $block }, del que proceden los datos más recientes. Bursar sigue mostrando esos datos.
detail-chain-went-back = Ningún punto de acceso RPC tiene el bloque { $from } desde hace diez minutos. Los datos son del bloque { $to }, por lo que pueden faltar pagos posteriores.
