# Reading figures, history and payment events.

detail-sync-too-slow = Die Server haben nicht rechtzeitig geantwortet. Was bis dahin ankam, ist gespeichert.
detail-no-wallet-address = Das Konto hat keine Wallet-Adresse, die Bursar lesen könnte.
detail-wallet-address-changed = Die Wallet-Adresse wurde geändert, während Bursar die Blockchain las.
detail-no-newer-figures = Kein RPC-Endpunkt hat neuere Werte.
detail-blocks-without-logs = Die RPC-Endpunkte haben Blöcke, deren Logs sie nicht liefern.
detail-events-pruned = Kein RPC-Endpunkt hat noch Zahlungsereignisse aus der Zeit vor Block { $block }. Ältere Zahlungen bleiben unverifiziert; das Guthaben ist davon nicht betroffen.
detail-newest-events-unread = Die neuesten Zahlungsereignisse konnten nicht gelesen werden. Neue Zahlungen sind daher noch nicht verifiziert. { $why }
detail-older-events-unread = Zahlungsereignisse vor Block { $block } konnten nicht gelesen werden. { $why }
