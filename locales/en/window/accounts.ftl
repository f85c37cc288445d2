# Connecting accounts, and the page that lists them.

accounts-empty = No account is connected
    .text = Connect one with an API key or by signing in with the browser.

card-provider = Provider
card-network = Network
card-api-host = API host
card-address-missing = Not entered. The balance comes from the provider’s API only, and payments cannot be verified.
card-signed-in = Signed in
session-no = No
session-unknown = Unknown: { $message }
session-waiting = Waiting for the keyring
session-until-quit = Until Bursar closes
session-kept = Yes, the API key is in the keyring
card-connected = Connected
card-change-key = Change API key
card-edit = Edit
card-methods = Payment methods
card-explorer = Open explorer
card-refresh = Refresh all
card-sign-out = Sign out
card-remove = Remove

sign-out = Sign out of { $account }?
    .text = Bursar deletes the API key from the keyring. You can still read the history, but Bursar fetches nothing new until you sign in again.
    .confirm = Sign out
    .keep = Stay signed in
remove-account = Remove { $account }?
    .text = This deletes the account’s API key, history and notifications from this computer. The account and its money stay with the provider, and you can connect it again.
    .confirm = Remove account
    .keep = Keep account

edit-account = Edit { $account }
edit-name = Name
edit-address-hint = Bursar reads this address’s balance from the chain. The address is public; never enter a private key.

sign-in = Sign in to { $account }
    .submit = Sign in
    .browser = Sign in with the browser instead
    .waiting-text = Finish signing in there. This dialog then closes by itself.
key-host = Bursar sends your API key to <mono>{ $host }</mono> and nowhere else.
browser-waiting = Waiting for the browser

## Connecting an account.

connect-intro = Bursar watches your prepaid cloud balance: how much is left, how long it lasts, and when a top-up arrives. It holds no wallet keys and signs nothing.
connect-network = Where is your account?
connect-network-file = Add network from file…
connect-how = How to connect
connect-by-key = API key
connect-by-browser = Browser sign-in
connect-step-create = Create an API key in the console.
connect-step-scopes = Give it these scopes and no others:
connect-scopes-read = To read
connect-scopes-top-up = To top up
connect-step-paste = The console shows the key only once. Copy it and paste it here.
connect-address-hint = The address whose balance Bursar reads from the chain. In the console’s settings it is called “Wallet public address”. Without it, the balance comes from the provider’s API only, and payments cannot be verified.
connect-no-keyring = There is no usable keyring
    .text = Bursar forgets the API key when it closes and asks for it again. To keep the key, first unlock or install a keyring such as GNOME Keyring.
connect-session-only = Forget the API key when Bursar closes
connect-submit = Connect
connect-busy = Connecting…
connect-browser-host = Your browser opens the sign-in page of <mono>{ $host }</mono>, which then leads back to Bursar. You enter nothing secret in Bursar.
connect-browser-open = Open sign-in page
connect-waiting-text = Finish signing in there. If you have closed the page, open it again.
connect-waiting-reopen = Open page again
connect-waiting-stop = Stop waiting
connected = { $account } is connected.
connected-unnamed = The account is connected.
connected-warnings = { $count ->
    [one] One thing is limited for now:
   *[other] Some things are limited for now:
}
connected-continue = Go to overview

## Saved payment methods.

methods = Payment methods
    .text = { $provider } stores these for { $account }. Bursar never sees card numbers or passwords.
methods-page-opened = Continue in the browser
    .text = Enter the details there. The method is listed here as pending until the provider confirms it.
methods-empty = No payment methods are saved.
methods-make-default = Make default
    .label = Make default: { $method }
methods-remove = Remove
    .label = Remove { $method }
methods-add = Add { $method }
remove-method = Remove { $method }?
    .text = The provider deletes this payment method. To use it again, you enter its details again on a payment page.
    .confirm = Remove method
    .keep = Keep method
