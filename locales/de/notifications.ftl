# What Bursar notifies the user about, in pop-ups and in the inbox. A title is a few words on one line. `.body-hidden` stands for
# `.body` while amounts are hidden, or if the amount is not known.

notice-completed =
    { $kind ->
        [top_up] Aufladung abgeschlossen
        [renewal] Verlängerung abgeschlossen
        [migration] Migration abgeschlossen
       *[payment] Zahlung abgeschlossen
    }
    .body =
        { $kind ->
            [top_up] Die Aufladung von { $amount } ist auf dem Konto { $account } eingegangen.
            [renewal] Die Verlängerung für { $account } über { $amount } ist bezahlt.
            [migration] Die Migration für { $account } über { $amount } ist bezahlt.
           *[payment] Die Zahlung über { $amount } für { $account } ist abgeschlossen.
        }
    .body-hidden =
        { $kind ->
            [top_up] Die Aufladung ist auf dem Konto { $account } eingegangen.
            [renewal] Die Verlängerung für { $account } ist bezahlt.
            [migration] Die Migration für { $account } ist bezahlt.
           *[payment] Die Zahlung für { $account } ist abgeschlossen.
        }
notice-failed =
    { $kind ->
        [top_up] Aufladung fehlgeschlagen
        [renewal] Verlängerung fehlgeschlagen
        [migration] Migration fehlgeschlagen
       *[payment] Zahlung fehlgeschlagen
    }
    .body = Die Zahlung über { $amount } für { $account } wurde nicht angenommen. { $why }
    .body-hidden = Die Zahlung für { $account } wurde nicht angenommen. { $why }
notice-expired =
    { $kind ->
        [top_up] Aufladung abgelaufen
        [renewal] Verlängerung abgelaufen
        [migration] Migration abgelaufen
       *[payment] Zahlung abgelaufen
    }
    .body = Die Zahlungsseite ist abgelaufen, bevor { $amount } für { $account } bezahlt wurden. Falls Sie schon bezahlt haben, öffnen Sie diese Zahlung in Bursar. Dort steht, was mit dem Geld geschieht.
    .body-hidden = Die Zahlungsseite für { $account } ist abgelaufen. Falls Sie schon bezahlt haben, öffnen Sie diese Zahlung in Bursar. Dort steht, was mit dem Geld geschieht.
notice-cancelled =
    { $kind ->
        [top_up] Aufladung abgebrochen
        [renewal] Verlängerung abgebrochen
        [migration] Migration abgebrochen
       *[payment] Zahlung abgebrochen
    }
    .body = Die Zahlung über { $amount } für { $account } wurde abgebrochen. { $why }
    .body-hidden = Die Zahlung für { $account } wurde abgebrochen. { $why }
notice-under_review =
    { $kind ->
        [top_up] Aufladung in Prüfung
        [renewal] Verlängerung in Prüfung
        [migration] Migration in Prüfung
       *[payment] Zahlung in Prüfung
    }
    .body = Der Anbieter prüft die Zahlung über { $amount } für { $account }. Das Geld ist nicht verloren, die Prüfung kann aber eine Weile dauern.
    .body-hidden = Der Anbieter prüft die Zahlung für { $account }. Das Geld ist nicht verloren, die Prüfung kann aber eine Weile dauern.
notice-reversed =
    { $kind ->
        [top_up] Aufladung rückgängig gemacht
        [renewal] Verlängerung rückgängig gemacht
        [migration] Migration rückgängig gemacht
       *[payment] Zahlung rückgängig gemacht
    }
    .body = Der Block mit der Zahlung über { $amount } für { $account } gehört nicht mehr zur Blockchain. Das Guthaben enthält sie deshalb vorerst nicht. Bursar prüft weiter und benachrichtigt Sie, sobald die Zahlung wieder da ist.
    .body-hidden = Der Block mit der Zahlung für { $account } gehört nicht mehr zur Blockchain. Das Guthaben enthält sie deshalb vorerst nicht. Bursar prüft weiter und benachrichtigt Sie, sobald die Zahlung wieder da ist.
notice-refunded =
    { $kind ->
        [top_up] Erstattung einer Aufladung
        [renewal] Erstattung einer Verlängerung
        [migration] Erstattung einer Migration
       *[payment] Erstattung einer Zahlung
    }
    .body =
        { $kind ->
            [top_up] Der Anbieter erstattet { $amount } und zieht den Betrag vom Guthaben von { $account } ab.
           *[payment] Der Anbieter erstattet { $amount } für { $account }.
        } Falls Sie das nicht erwartet haben, fragen Sie den Anbieter.
    .body-hidden =
        { $kind ->
            [top_up] Der Anbieter erstattet eine Aufladung und zieht den Betrag vom Guthaben von { $account } ab.
           *[payment] Der Anbieter erstattet eine Zahlung für { $account }.
        } Falls Sie das nicht erwartet haben, fragen Sie den Anbieter.
notice-low_balance = Niedriges Guthaben
    .days =
        { $days ->
            [0] Das Guthaben von { $account } reicht für weniger als einen Tag.
            [one] Das Guthaben von { $account } reicht für etwa { $days } Tag.
           *[other] Das Guthaben von { $account } reicht für etwa { $days } Tage.
        }
    .amount = Das Guthaben von { $account } beträgt noch { $amount }.
    .amount-hidden = Das Guthaben von { $account } liegt unter dem Betrag, den Sie festgelegt haben.
notice-balance_used_up = Guthaben verbraucht
    .body = { $account } schuldet { $amount }. Ihre Ressourcen laufen weiter, und die Schulden wachsen. Laden Sie auf, bevor der Anbieter sie entfernt.
    .body-hidden = { $account } hat Schulden. Ihre Ressourcen laufen weiter, und die Schulden wachsen. Laden Sie auf, bevor der Anbieter sie entfernt.
notice-machines_at_risk = Maschinen werden bald entfernt
    .body = { $account } schuldet { $amount }. Nach den Regeln des Anbieters können Maschinen und öffentliche Adressen innerhalb eines Tages entfernt werden. Laden Sie auf, um sie zu behalten.
    .body-hidden = { $account } hat Schulden. Nach den Regeln des Anbieters können Maschinen und öffentliche Adressen innerhalb eines Tages entfernt werden. Laden Sie auf, um sie zu behalten.
notice-disks_at_risk = Datenträger werden bald gelöscht
    .body = { $account } schuldet { $amount }. Nach den Regeln des Anbieters können Datenträger innerhalb eines Tages gelöscht werden. Laden Sie auf, um die Daten zu behalten.
    .body-hidden = { $account } hat Schulden. Nach den Regeln des Anbieters können Datenträger innerhalb eines Tages gelöscht werden. Laden Sie auf, um die Daten zu behalten.
notice-machines_removed = Maschinen wurden wahrscheinlich entfernt
    .body = { $account } schuldet { $amount }. Nach den Regeln des Anbieters müssten die Maschinen und öffentlichen IP-Adressen inzwischen entfernt sein. Als Nächstes werden die Datenträger gelöscht, wenn Sie nicht aufladen.
    .body-hidden = { $account } hat Schulden. Nach den Regeln des Anbieters müssten die Maschinen und öffentlichen IP-Adressen inzwischen entfernt sein. Als Nächstes werden die Datenträger gelöscht, wenn Sie nicht aufladen.
notice-disks_removed = Datenträger wurden wahrscheinlich gelöscht
    .body = { $account } schuldet { $amount }. Nach den Regeln des Anbieters müssten die Datenträger inzwischen gelöscht sein. Fragen Sie den Anbieter, was noch vorhanden ist.
    .body-hidden = { $account } hat Schulden. Nach den Regeln des Anbieters müssten die Datenträger inzwischen gelöscht sein. Fragen Sie den Anbieter, was noch vorhanden ist.
notice-unit_changed = Das Guthaben hat eine andere Einheit
    .body = Das Guthaben von { $account } beträgt jetzt { $amount }. Frühere Zahlungen behalten ihre Einheit, und Bursar addiert nie Beträge in zwei Einheiten.
    .body-hidden = Das Guthaben von { $account } hat jetzt eine andere Einheit. Frühere Zahlungen behalten ihre Einheit, und Bursar addiert nie Beträge in zwei Einheiten.
notice-key_expires = API-Schlüssel läuft bald ab
    .body =
        { $days ->
            [0] Der API-Schlüssel von { $account } läuft heute ab.
            [one] Der API-Schlüssel von { $account } läuft in { $days } Tag ab.
           *[other] Der API-Schlüssel von { $account } läuft in { $days } Tagen ab.
        } Erstellen Sie einen neuen, und wählen Sie auf der Seite „Konten“ „API-Schlüssel ändern“.
notice-signed_out = Abgemeldet
    .body = Der Anbieter akzeptiert die Anmeldung von { $account } nicht mehr. Melden Sie sich erneut an, um fortzufahren.

# After “was not accepted” or “was cancelled” when the provider gives no reason.
notice-paid-anyway = Falls Sie trotzdem bezahlt haben, öffnen Sie diese Zahlung in Bursar. Dort steht, was mit dem Geld geschieht.

# Why a payment did not succeed, and what the user can do.
reason-by_user = Sie haben die Zahlung abgebrochen.
reason-declined = Die Bank oder das Zahlungssystem hat die Zahlung abgelehnt. Verwenden Sie eine andere Zahlungsmethode, oder fragen Sie Ihre Bank.
reason-insufficient_funds = Mit dieser Zahlungsmethode war nicht genug Geld verfügbar. Verwenden Sie eine andere oder einen kleineren Betrag.
reason-confirmation_failed = Die Bestätigung, die Ihre Bank verlangt, ist fehlgeschlagen. Versuchen Sie es erneut, und bestätigen Sie die Zahlung bei Ihrer Bank.
reason-expired = Die Zahlung wurde nicht rechtzeitig ausgeführt. Starten Sie sie erneut.
reason-method_gone = Die gespeicherte Zahlungsmethode ist nicht mehr gültig. Wählen Sie eine andere, oder speichern Sie sie erneut.
reason-fraud = Der Anbieter vermutet Betrug. Wenden Sie sich an den Anbieter, bevor Sie es erneut versuchen.
reason-other = Versuchen Sie es erneut, oder verwenden Sie eine andere Zahlungsmethode.
# `$words` is the provider’s own text.
reason-with-words = { $reason } Der Anbieter schreibt: { $words }

# What a renewal or migration pays for.
purpose-months = { $months ->
    [one] { $months } Monat
   *[other] { $months } Monate
}
purpose-moved = { $name } auf { $server }
purpose-for = { $what } ({ $length })
