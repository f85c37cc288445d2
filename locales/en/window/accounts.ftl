# Connecting accounts, and the page that lists them.

accounts-empty = No accounts connected
    .text = Connect an account with an API key or by signing in with your browser.

card-provider = Provider
card-network = Network
card-api-host = API host
card-address-missing = Not entered. The balance comes from the provider’s API only, and payments cannot be verified.
card-signed-in = Signed in
session-no = No
session-unknown = Unknown: { $message }
session-waiting = Waiting for the keyring
session-until-quit = Until Bursar quits
session-kept = Yes, the API key is in the keyring
card-key-expires = API key expires
card-key-expires-nearness = { $nearness ->
    [soon] { $date } (soon)
    [over] { $date } (this date has passed)
   *[later] { $date }
}
card-connected = Connected
card-change-key = Change API key
card-edit = Edit account
card-methods = Manage payment methods
card-explorer = Open block explorer
card-refresh = Refresh account
card-sign-out = Sign out
card-remove = Remove account

sign-out = Sign out of { $account }?
    .text = Bursar deletes the API key from the keyring. You can still see the account’s history, but Bursar fetches nothing new until you sign in again.
    .confirm = Sign out
    .keep = Stay signed in
remove-account = Remove { $account }?
    .text = This deletes the account’s API key, history and notifications from this computer. The account and its money stay with the provider, and you can connect it again.
    .confirm = Remove account
    .keep = Keep account

edit-account = Edit { $account }
edit-name = Name
edit-address-hint = Bursar reads this address’s balance from the chain. The address is public; never enter a private key.
key-expiry = API key expires on
    .hint = Enter the date if your API key has one. Bursar reminds you 7 days and 1 day before.

sign-in = Sign in to { $account }
    .submit = Sign in
    .browser = Sign in with your browser instead
    .waiting-text = Finish signing in with your browser. This dialog then closes automatically.
key-host = Bursar sends your API key to <mono>{ $host }</mono> and nowhere else.
browser-waiting = Waiting for you to sign in

## Connecting an account.

connect-intro = Bursar watches your prepaid cloud balance: how much is left, how long it lasts, and when a top-up arrives. It holds no wallet keys and signs nothing.
connect-network = Where is your account?
connect-other-networks = Other networks
connect-network-file = Add network from file…
connect-how = How to connect
connect-by-key = API key
connect-by-browser = Browser sign-in
connect-step-create = Create an API key
connect-keys-page = Open API keys page
connect-preset = The preset “{ $preset }” is enough to watch the balance. To let Bursar start top-ups too, choose custom scopes instead:
connect-step-scopes = Give it these scopes and no others:
connect-scopes-read = To read
connect-scopes-top-up = To top up
connect-step-paste = Paste the key
    .hint = The console shows the key only once.
connect-step-address = Enter your wallet address
connect-address-hint = The address whose balance Bursar reads from the chain. In the console’s settings it is called “Wallet public address”. Without it, the balance comes from the provider’s API only, and payments cannot be verified.
connect-no-keyring = There is no usable keyring
    .text = When Bursar quits, it forgets the API key, and it asks for the key again the next time it starts. To keep the key, first unlock or install a keyring such as GNOME Keyring.
connect-session-only = Forget the API key when Bursar quits
connect-submit = Connect account
connect-busy = Connecting…
connect-browser-host = Your browser opens the sign-in page of <mono>{ $host }</mono>, which then returns you to Bursar. You do not enter any secrets in Bursar.
connect-browser-open = Open sign-in page
connect-waiting-text = Finish signing in with your browser. If you have closed the sign-in page, open it again.
connect-waiting-reopen = Reopen sign-in page
connect-waiting-stop = Stop waiting
key-checks = What the key allows
key-use = { $use ->
    [payments] Read balance and payments
    [spending] Read spending
   *[top-ups] Start top-ups
}
key-check = { $state ->
    [waiting] Not tried yet
    [trying] Trying…
    [granted] Works
    [missing] Not allowed
   *[unknown] Unknown
}
key-check-needs = Needs the scope <mono>{ $scope }</mono>, which is part of the preset “{ $preset }”.
connected = { $account } is connected.
connected-unnamed = The account is connected.
connected-warnings = { $count ->
    [one] There is one issue:
   *[other] There are some issues:
}
connected-key-limits = The account works with what the key allows. To change that, create another key and choose “Change API key” on the Accounts page.
connected-continue = Go to overview

## Saved payment methods.

methods = Payment methods
    .text = { $provider } stores these payment methods for { $account }. Bursar never sees card numbers or passwords.
methods-page-opened = Continue in the browser
    .text = Enter the details there. The method is listed here as pending until the provider confirms it.
methods-empty = No payment methods are saved.
methods-make-default = Make default
    .label = Make default: { $method }
methods-remove = Remove
    .label = Remove { $method }
methods-add = Add { $method }
remove-method = Remove { $method }?
    .text = The provider deletes this payment method. To use it again, you need to enter its details on a payment page.
    .confirm = Remove method
    .keep = Keep method
