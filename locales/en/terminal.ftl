# What the terminal program prints. Its JSON, CSV and logs are the same in every language.

# Between the parts of the help, which is in terminal-help.ftl.
terminal-usage-heading = Usage:
terminal-commands-heading = Commands
terminal-arguments-heading = Arguments
terminal-options-heading = Options

# Errors. The error’s code follows in brackets. { $reason } is the system’s own text, in English or the system’s language.
terminal-not-started = Bursar could not start. The system reports: { $reason }.
terminal-home-unknown = Bursar cannot find your home folder. Use --home to name Bursar’s data folder.
terminal-api-keys-malformed = BURSAR_API_KEYS must be a JSON object with an API key for each account name.
terminal-no-command = Unknown command: { $command }.
terminal-no-account = No accounts connected. Connect an account with “bursar account add”.
terminal-no-account-named = There is no account named “{ $account }”.
terminal-several-accounts = There are several accounts. Choose an account with --account.
terminal-file-missing = { $path } does not exist.
terminal-file-unreadable = { $path } could not be read. The system reports: { $reason }.
terminal-key-missing = The API key is missing. Pass it on standard input.
terminal-key-unreadable = The API key on standard input is not valid text. Copy the API key again.
terminal-no-charges-stored = No charges are stored on this computer.
terminal-time-up = Time ran out before the top-up was started. Nothing has been paid.
terminal-amount-form = { $text } is not an amount. Write digits with a decimal point, such as 25 or 25.50.
terminal-needs-pay-now = { $amount } would be charged immediately with this payment method. To allow that, add --pay-now. To choose another method, add --method.

# Accounts and networks.
terminal-paste-key = Paste the API key and press Enter. The API key is visible as you paste it; to keep it hidden, pipe it to this command.
terminal-connected = { $account } is connected to { $network }.
terminal-no-address = no address
terminal-network-built-in = built in
terminal-network-from-file = from a file

# The status. The first messages are names of rows, in a column that is 10 characters wide where they fit.
terminal-row-balance = balance
terminal-row-owed = owed
# Promo credits, which the provider has given.
terminal-row-promo = promo
terminal-row-reserved = reserved
terminal-row-held = held
terminal-row-api = API
terminal-row-frozen = frozen
terminal-row-lasts = lasts
terminal-row-payment =
    { $kind ->
        [top_up] top-up
        [renewal] renewal
        [migration] migration
        [refund] refund
       *[credit] credit
    }
terminal-account-on-network = { $account } on { $network }
terminal-unknown = unknown
# The source of a figure, when it was read, and whether it is old, between parentheses and separated by commas.
terminal-source-api = API
terminal-source-chain = chain
terminal-source-chain-block = chain, block { $block }
terminal-source-old = old
terminal-api-differs = { $amount }, which differs by more than a day’s usage
terminal-promo-credits = { $amount }, spent before the balance
# When promo credits expire, after their amount.
terminal-expires = (until { $at })
terminal-frozen-by-provider = The provider has frozen the account.
terminal-days-left =
    { $days ->
        [0] less than a day
        [one] about { $days } day
       *[other] about { $days } days
    }
terminal-payment-state =
    { $status ->
        [open] { $amount }, pending
        [confirming] { $amount }, confirming
        [under_review] { $amount }, under review
        [refunding] { $amount }, being refunded
        [refunded] { $amount }, refunded
        [completed] { $amount }, completed
        [cancelled] { $amount }, cancelled
        [expired] { $amount }, expired
       *[failed] { $amount }, failed
    }

# Payments and charges.
terminal-payment-status =
    { $status ->
        [starting] starting
        [open] pending
        [confirming] confirming
        [under_review] under review
        [completed] completed
        [cancelled] cancelled
        [expired] expired
        [failed] failed
        [not_started] not started
        [refunding] refunding
       *[refunded] refunded
    }
terminal-verified = verified
terminal-no-payments = No stored payments match.
terminal-more-payments =
    { $count ->
        [one] { $count } more payment is not shown. --csv and --json print all payments.
       *[other] { $count } more payments are not shown. --csv and --json print all payments.
    }
terminal-no-charges = Nothing was charged on these days.
terminal-no-resources = The provider does not list the resources of { $account }.
terminal-resource-kind =
    { $kind ->
        [machine] machine
        [disk] disk
        [address] public IP address
       *[other] other
    }
terminal-charges-never-read = The charges for { $account } have not been loaded yet.
terminal-charge-unreadable = A charge for { $account } on { $date } could not be read, so this day is left out.
terminal-export-progress =
    { $total ->
        [one] { $done } of { $total } payment
       *[other] { $done } of { $total } payments
    }
terminal-exported =
    { $count ->
        [one] { $count } payment was written to { $path }.
       *[other] { $count } payments were written to { $path }.
    }
terminal-export-interrupted = Interrupted. { $path } was not written.
terminal-reading =
    { $count ->
        [one] { $count } payment loaded so far
       *[other] { $count } payments loaded so far
    }
terminal-app-running = The desktop app is running and keeps this data up to date.
terminal-up-to-date = { $account } is up to date.
terminal-not-up-to-date = { $account } is not up to date.

# Top-ups.
terminal-top-up-started = The top-up of { $amount } has started.
terminal-open-address = No browser could be opened. Open this link yourself: { $address }
terminal-outcome =
    { $outcome ->
        [completed] The top-up of { $amount } has arrived.
        [ended] The top-up of { $amount } ended, and no money was added to your balance. If you paid anyway, run “bursar status” later to see whether the money has arrived.
        [not_started] The top-up of { $amount } was not started. Nothing has been paid.
        [refunded] The top-up of { $amount } added no money to your balance: the provider is refunding the payment.
        [starting] The top-up of { $amount } is still in progress: the provider has not confirmed it yet. Do not start the top-up again. Run “bursar status” to see whether it was confirmed.
       *[open] The top-up of { $amount } is still in progress.
    }
