# RPC-Endpunkte, und was sie von der Blockchain melden. { $each } sagt in ganzen Sätzen, was bei jedem von ihnen geschah.

detail-no-rpc-configured = Das Netzwerk nennt keinen RPC-Endpunkt, deshalb kann Bursar die Blockchain nicht lesen.
detail-no-rpc-usable = Kein RPC-Endpunkt des Netzwerks ist verwendbar. { $each }
detail-no-rpc-gave-events = Kein RPC-Endpunkt hat die Zahlungsereignisse geliefert. { $each }
detail-rpc-refused = { $host } verweigert die Antwort. Wenn die Adresse dieses RPC-Endpunkts einen Schlüssel enthält, prüfen Sie ihn in den Einstellungen.
detail-rpc-failed = { $host } hat mit Fehler { $error } geantwortet.
detail-rpc-answer-invalid = { $host } hat eine ungültige Antwort gesendet ({ $part }). Bursar hat sie ignoriert.
detail-rpc-wrong-chain = { $host } gehört zur Blockchain { $actual }, dieses Netzwerk aber zur Blockchain { $expected }.
detail-rpc-no-contract = { $host } findet keinen Contract unter { $address }. Das ist laut Netzwerkdatei die Adresse des Balance-Contracts.
detail-rpc-behind = { $host } hat die neuesten Blöcke noch nicht.
detail-rpc-pruned = { $host } hat so alte Blöcke nicht mehr.
detail-events-disagree = { $first } und { $second } melden für die neuesten Blöcke verschiedene Zahlungsereignisse. Bursar verwendet keine davon, bis beide übereinstimmen.
detail-block-replaced-by-one = { $gone } meldet, dass Block { $block } ersetzt wurde, aber { $there } hat ihn noch. Die Zahlungen bleiben unverändert, bis beide übereinstimmen.
detail-block-replaced-unconfirmed = { $gone } meldet, dass Block { $block } ersetzt wurde. Die Zahlungen bleiben unverändert, bis ein zweiter RPC-Endpunkt das bestätigt.
detail-newest-events-not-there = Noch kein RPC-Endpunkt hat die Zahlungsereignisse der neuesten Blöcke.
detail-too-few-events-at-once = Die RPC-Endpunkte liefern zu wenige Zahlungsereignisse auf einmal.
detail-newest-block-not-reached = Kein RPC-Endpunkt, der antwortet, hat Block { $block } erreicht, aus dem die neuesten Werte stammen. Bursar zeigt diese weiter an.
detail-chain-went-back = Seit zehn Minuten hat kein RPC-Endpunkt mehr Block { $from }. Die Werte stammen aus Block { $to }, spätere Zahlungen können also fehlen.
