# Importes escritos, e importes de las respuestas de un proveedor.

detail-amount-not-a-number = Escriba el importe con cifras, por ejemplo, 25 o 25,50.
detail-amount-groups = Solo se pueden separar grupos de tres cifras, como en 1 234,50. Escriba un importe como 25 o 25,50.
detail-amount-scripts-mixed = Escriba todas las cifras en el mismo sistema de escritura, como en 25 o 25,50.
detail-amount-ambiguous = «{ $typed }» podría significar { $whole } o { $decimals }. Escriba el importe que quiere decir.
detail-amount-decimals = { $decimals ->
    [0] Escriba un importe entero, sin decimales.
    [one] Escriba como máximo un decimal, por ejemplo, 25,5.
    [many] Escriba como máximo { $decimals } de decimales, por ejemplo, 25,50.
   *[other] Escriba como máximo { $decimals } decimales, por ejemplo, 25,50.
}
detail-amount-too-many-digits = Este importe es demasiado grande.
detail-amount-unreadable = Un importe de la respuesta no es un número válido.
detail-currency-unreadable = Una moneda de la respuesta no es un código de moneda válido.
detail-amount-zero = Introduzca un importe superior a cero.
detail-amount-below-minimum = La recarga mínima es de { $minimum }.
detail-amount-below-method-minimum = El importe mínimo con { $method } es de { $minimum }.
detail-amount-above-method-maximum = El importe máximo con { $method } es de { $maximum }.
detail-amount-too-small-for-provider = El importe es demasiado pequeño para el proveedor.
detail-amount-too-large-for-provider = El importe es demasiado grande para el proveedor.
detail-amount-unit =
    El proveedor acepta importes en { $currency } con { $decimals ->
        [one] { $decimals } decimal
        [many] { $decimals } de decimales
       *[other] { $decimals } decimales
    }.
detail-balance-at-limit = El saldo no puede superar { $limit } y ya ha alcanzado este límite.
detail-balance-near-limit = El saldo no puede superar { $limit }. Ahora puede agregar hasta { $room }.
