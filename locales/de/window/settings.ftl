# The settings.

settings-appearance = Sprache und Darstellung
setting-language = Sprache
    .hint = Deutsch und Spanisch sind noch nicht von Muttersprachlern geprüft.
language-system = System
language-en = English
language-de = Deutsch (nicht geprüft)
language-es = Español (nicht geprüft)
settings-theme = Farbschema
theme-system = System
theme-light = Hell
theme-dark = Dunkel
settings-text-size = Textgröße
setting-hide-amounts = Beträge ausblenden
    .hint = Zeigt im Fenster, in Benachrichtigungen und im Infobereich Punkte statt Beträgen.

settings-alerts = Benachrichtigungen
setting-notifications = Benachrichtigungen anzeigen
    .hint = Bursar benachrichtigt Sie über Aufladungen und niedriges Guthaben. Im Posteingang finden Sie in jedem Fall alle Benachrichtigungen.
    .hint-missing = Dieser Desktop zeigt derzeit keine Benachrichtigungen an. Im Posteingang finden Sie alle.
setting-low-days = Warnen, wenn das Guthaben nur noch wenige Tage reicht
    .hint = Bursar benachrichtigt Sie einmal, wenn das Guthaben nur noch für so viele Tage oder weniger reicht.
    .field = Verbleibende Tage
    .unit = { $count ->
        [one] Tag
       *[other] Tage
    }
    .zero = Geben Sie mindestens 1 Tag ein. Ausschalten können Sie diese Warnung mit ihrem Schalter.
    .malformed = Geben Sie eine Anzahl von Tagen von 1 bis 999 ein.
setting-low-amount = Warnen, wenn das Guthaben unter einen Betrag fällt
    .hint = Bursar benachrichtigt Sie einmal, wenn das Guthaben unter diesem Betrag liegt.
    .pending = Geben Sie einen Betrag ein, um diese Warnung einzuschalten.
    .currencies = Gilt für jedes Konto in dessen eigener Währung: { $currencies }.
    .currencies-any = Gilt für jedes Konto in dessen eigener Währung.
    .zero = Geben Sie einen Betrag über 0 ein. Ausschalten können Sie diese Warnung mit ihrem Schalter.
    .malformed = Geben Sie einen Betrag wie 25 oder 25,50 ein.
amount-ambiguous = „{ $typed }“ kann { $whole } oder { $decimal } bedeuten. Geben Sie den Betrag ein, den Sie meinen.

settings-start = Start
setting-autostart = Bei der Systemanmeldung starten
    .hint = Bursar startet ausgeblendet im Infobereich.
    .hint-no-tray = Bursar startet ausgeblendet. Da dieser Desktop keinen Infobereich hat, öffnen Sie Bursar erneut, um das Fenster zu sehen.

settings-rpc = RPC-Endpunkte
    .text = Bursar liest die Blockchain über die RPC-Endpunkte des Netzwerks, fragt aber zuerst Ihren eigenen Endpunkt ab. Dessen Adresse kann einen Schlüssel enthalten; Bursar bewahrt sie deshalb im Schlüsselbund auf und zeigt nur den Host an.
rpc-none = keiner
rpc-address = Ihr RPC-Endpunkt
rpc-save = Endpunkt verwenden
rpc-clear = Endpunkte des Netzwerks verwenden

# Keys have the names that are printed on keyboards of the language.
settings-keyboard = Tastatur
keys-pages = Strg 1 … 6
    .does = Zu einer Seite wechseln, in der Reihenfolge der Seitenleiste
keys-settings = Strg ,
    .does = Einstellungen
keys-search = /
    .does = Zahlungen suchen
keys-list = ↑ ↓ Eingabe
    .does = Eine Zahlung auswählen und öffnen
keys-close = Esc
    .does = Ein Dialogfenster oder eine Liste schließen

settings-about = Info
about-version = Bursar <version>{ $number }</version>.
about-licence = Freie Software, wahlweise unter der MIT-Lizenz oder der Apache License 2.0.
about-quit = Bursar beenden
about-diagnostics = Diagnosedaten enthalten Versionen, Zustände und Fehlercodes, aber keine Schlüssel, Wallet-Adressen oder Beträge.
