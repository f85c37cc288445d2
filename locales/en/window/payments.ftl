# The list of payments, their details, and exports.

payments-unread = Payments not loaded yet
payments-empty = No payments yet
    .text = Top-ups, credits and refunds appear here. You can view them offline too.
payments-none = No matching payments
    .text-chain = The search covers IDs, sources, amounts and transactions.
    .text-provider = The search covers IDs, numbers, payers and amounts.

missing-payments-address = The payments could not be loaded yet. See the overview for the reason.
missing-payments-keyring = Bursar is waiting for the keyring, which holds the API key.
missing-payments-signed_out = Sign in to see the payments.
missing-payments-offline = You are offline. Bursar loads the payments when you are online again.
missing-payments-failed = The payments could not be loaded yet. See the overview for the reason.
missing-payments-loading = Loading the payments…

## Search and filters.

search = Search payments
    .placeholder-chain = ID, source, amount, transaction
    .placeholder-provider = ID, number, payer, amount
filter-status-any = Any status
filter-dates = Dates
filter-dates-any = Any time
filter-last-days = { $days ->
    [one] Last { $days } day
   *[other] Last { $days } days
}
filter-dates-own = Custom dates
filter-from = From
filter-to = To
filter-date-malformed = Enter a date such as { $example }.
filter-accounts = Accounts
filter-this-account = This account
filter-all-accounts = All accounts
filter-clear = Clear filters
payments-count = { $count ->
    [one] { $count } payment
   *[other] { $count } payments
}
payments-count-matching = { $count ->
    [one] { $count } matching payment
   *[other] { $count } matching payments
}
months = Visible month
    .placeholder = Go to a month

## The rows.

payments-list = Payments (newest first)
column-date = Date
column-source = Source
column-id = ID
payments-columns = Columns
row-fee = Fee { $amount }
row-verified = Verified
row-loading = Loading…

## Reading older payments. Both parts can be under way, and a list joins them.

backfill-running = Loading older payments: { $progress }
backfill-stopped = Paused at { $progress }
backfill-payments = { $all ->
    [one] { NUMBER($read) } of { $all } payment
   *[other] { NUMBER($read) } of { $all } payments
}
backfill-payments-so-far = { $read ->
    [one] { $read } payment so far
   *[other] { $read } payments so far
}
backfill-blocks = { $most ->
    [one] { NUMBER($read) } of at most { $most } block
   *[other] { NUMBER($read) } of at most { $most } blocks
}
backfill-stop = Pause
backfill-resume = Resume

## The details of a payment.

details = Payment
details-source = Source
details-contract = Balance contract
details-payer = Payer
details-method = Payment method
details-created = Created
details-updated = Last changed
details-number = Number
details-id = ID
details-transaction = Transaction
details-transaction-base = Transaction on Base
details-block = Block
details-open-invoice = Open invoice
details-save-invoice = Save invoice as PDF…
details-invoice-saved = Invoice saved
details-explorer = Show in block explorer

## Exports.

export = Export payments
    .running = Exporting { $percent }
export-dialog = Export payments
export-progress = Payments exported
export-progress-count = { $total ->
    [one] { NUMBER($written) } of { $total } payment
   *[other] { NUMBER($written) } of { $total } payments
}
export-continues = You can close this dialog; the export continues. The file appears when it is complete.
export-all = { $count ->
    [0] The list has no payments to export.
    [one] Exports { $count } payment with its exact amounts.
   *[other] Exports all { $count } payments with their exact amounts.
}
export-filtered = { $count ->
    [0] No payments match the filters.
    [one] Exports the { $count } payment that matches the filters, with its exact amounts.
   *[other] Exports the { $count } payments that match the filters, with their exact amounts.
}
export-written = { $count ->
    [one] { $count } payment exported
   *[other] { $count } payments exported
}
export-cancelled = Export cancelled
    .text = No file was created or replaced.
export-cancel = Cancel export
export-json = Export as JSON…
export-csv = Export as CSV…
