# The settings.

settings-appearance = Language and appearance
setting-language = Language
    .hint = German and Spanish have not been reviewed by native speakers yet.
language-system = System
language-en = English
language-de = Deutsch (not reviewed)
language-es = Español (not reviewed)
settings-theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
settings-text-size = Text size
setting-hide-amounts = Hide amounts
    .hint = Shows dots instead of amounts in the window, in notifications and in the tray.

settings-alerts = Notifications
setting-notifications = Show notifications
    .hint = Bursar notifies you about top-ups and low balances. The Inbox lists all notifications either way.
    .hint-missing = This desktop does not show notifications right now. The Inbox lists all of them.
setting-low-days = Warn when few days are left
    .hint = Bursar notifies you once when the balance lasts this many days or fewer.
    .field = Days left
    .unit = { $count ->
        [one] day
       *[other] days
    }
    .zero = Enter at least 1 day. To turn off this warning, use its switch.
    .malformed = Enter a number of days from 1 to 999.
setting-low-amount = Warn when the balance falls below an amount
    .hint = Bursar notifies you once when the balance is below this amount.
    .pending = Enter an amount to turn on this warning.
    .currencies = Applies to each account in its own currency: { $currencies }.
    .currencies-any = Applies to each account in its own currency.
    .zero = Enter an amount above 0. To turn off this warning, use its switch.
    .malformed = Enter an amount such as 25 or 25.50.
amount-ambiguous = “{ $typed }” could mean { $whole } or { $decimal }. Enter the amount that you mean.

settings-start = Startup
setting-autostart = Start at login
    .hint = Bursar starts hidden in the tray.
    .hint-no-tray = Bursar starts hidden. This desktop has no tray, so start Bursar again to see its window.

settings-rpc = RPC endpoints
    .text = Bursar reads the chain from the network’s RPC endpoints. If you add your own RPC endpoint, Bursar asks it first. Its address may contain a key, so Bursar keeps the address in the keyring and shows only its host.
rpc-none = none
rpc-address = Your RPC endpoint
rpc-save = Use this endpoint
rpc-clear = Use the network’s endpoints

settings-keyboard = Keyboard
keys-pages = Ctrl 1 … 6
    .does = Go to a page (in sidebar order)
keys-settings = Ctrl ,
    .does = Open Settings
keys-search = /
    .does = Search payments
keys-list = ↑ ↓ Enter
    .does = Select a payment and open it
keys-close = Esc
    .does = Close a dialog or a list

settings-about = About
about-version = Bursar <version>{ $number }</version>.
about-licence = Free software under the MIT License or the Apache License 2.0, at your option.
about-quit = Quit Bursar
about-diagnostics = Diagnostics contain versions, states and error codes, but no keys, wallet addresses or amounts.
