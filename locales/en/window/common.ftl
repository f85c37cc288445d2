# Words and sentences that several pages use.

action-cancel = Cancel
action-close = Close
action-copied = Copied
action-details = Show details
action-dismiss = Dismiss
action-done = Done
action-enter-address = Enter wallet address
action-open-console = Open console
action-return-to-payment = Return to payment
action-save = Save
action-sign-in-again = Sign in again
action-top-up = Top up
action-try-again = Try again

account = Account
amount = Amount
api-key = API key
balance = Balance
default = Default
fee = Fee
hide-amounts = Hide amounts
# In place of a balance.
owes = You owe { $amount }
sandbox = Sandbox
show-amounts = Show amounts
status = Status
wallet-address = Wallet address

amount-unknown = unknown
amount-hidden = hidden
field-optional = (optional)
field-reveal = Show hidden text
setting-not-saved = The setting could not be saved.
select-label = { $label }: { $value }
select-count = { $count ->
    [one] { $count } selected
   *[other] { $count } selected
}

## Copying to the clipboard. `.copied` and `.failed` are read aloud.

copy-wallet_address = Copy wallet address
    .copied = Wallet address copied.
    .failed = The wallet address could not be copied.
copy-payment_number = Copy payment number
    .copied = Payment number copied.
    .failed = The payment number could not be copied.
copy-payment_id = Copy payment ID
    .copied = Payment ID copied.
    .failed = The payment ID could not be copied.
copy-payment_report = Copy report for the provider
    .copied = Report copied.
    .failed = The report could not be copied.
copy-transaction = Copy transaction hash
    .copied = Transaction hash copied.
    .failed = The transaction hash could not be copied.
copy-payment_link = Copy payment link
    .copied = Payment link copied.
    .failed = The payment link could not be copied.
copy-scopes = Copy scopes
    .copied = Scopes copied.
    .failed = The scopes could not be copied.
copy-diagnostics = Copy diagnostics
    .copied = Diagnostics copied.
    .failed = The diagnostics could not be copied.

## Points in time.

time-just-now = just now
time-unknown = at an unknown time
updated = Updated { $age }
updated-sentence = Updated { $age }.
list-from = List updated { $age }.

## What is being loaded, for screen readers.

loading-account = Loading account…
loading-accounts = Loading accounts…
loading-dues = Loading renewals and migrations…
loading-inbox = Loading inbox…
loading-methods = Loading payment methods…
loading-networks = Loading networks…
loading-payment = Loading payment…
loading-payments = Loading payments…

## How many days the balance lasts, as the core counts: whole days.

days-left = { $days ->
    [0] Less than a day left
    [one] { $days } day left
   *[other] { $days } days left
}
days-left-low = { $days ->
    [0] Less than a day left, running low
    [one] { $days } day left, running low
   *[other] { $days } days left, running low
}
running-low = Running low

## Why a figure is missing, beneath the figure.

missing-address = Wallet address missing
missing-keyring = Waiting for the keyring
missing-signed_out = Signed out
missing-offline = Offline
missing-failed = Could not be read
missing-loading = Loading…

## The states of a saved payment method.

saved-pending = Pending confirmation
saved-confirmed = Confirmed
saved-failed = Failed: cannot be used
saved-method-until = { $card }, valid until { $date }
provider-title = { $title ->
    [hosting] Hosting panel
    [unknown] Unknown provider
   *[own_name] { $name }
}
