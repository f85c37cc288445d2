# Paying: top-ups, renewals and migrations.

pay-what = What to pay for
pay-top_up = Top-up
pay-renewals = Renewals
pay-migrations = { $count ->
    [0] Migrations
    [one] Migration
   *[other] Migrations ({ $count })
}
pay-starting = A payment is already starting
    .text = The provider has not confirmed yet that this payment exists. You can start another one as soon as it has.
pay-open = A top-up is already open
    .text = The provider allows one top-up at a time. Complete or cancel this one before you start another.
pay-accounts = Go to accounts
renewals-none = Nothing to renew
    .text = Services appear here when you can renew them.
migrations-none = No migration to pay for
    .text = It may have been paid or cancelled elsewhere.

## The amount. The limits are complete sentences, of which up to two are shown.

limit-max = At most { $max }.
limit-range = From { $min } to { $max }.
limit-min = At least { $min }.
limit-room = You can add up to { $room }, because the balance may not exceed { $limit }.
limit-balance = The balance may not exceed { $limit }.
limit-decimals = { $count ->
    [one] Up to { $count } decimal place.
   *[other] Up to { $count } decimal places.
}
amount-presets = Suggested amounts

## The payer and the payment method.

payer = Payer
    .placeholder = Choose a payer
payer-gone = { $payer } can no longer pay
    .text = This payer is no longer offered and may have been removed elsewhere.
    .now = { $payer } is selected instead.
method = Payment method
method-dropped = { $method } is no longer selected
    .payer = It is not linked to this payer.
    .gone = It is no longer offered and may have been removed elsewhere.
    .unusable = It cannot be used right now.
    .now = { $method } is selected instead.
    .none = Choose another payment method.
method-none = This payer has no usable payment method right now.
method-invoice = Paid later, by transfer
method-max = Up to { $max }
method-range = { $min } to { $max }
method-min = From { $min }
method-save = Save for next time
    .hint = The provider, not Bursar, stores the payment method and checks it first. The account’s payment methods then include it.

## Renewals and migrations.

renewals = Services to renew
renewal-overdue = Overdue since { $date }
renewal-paid-until = Paid until { $date }
renewal-until = → { $date }
renewal-period = Renewal period for { $service }
    .placeholder = No period
migrations = { $count ->
    [one] Your migration
   *[other] Choose a migration
}
migration-ordered = { $name }, ordered { $date }
migration-period = Period
migration-until = Until { $date }

## The price and the button.

quote = Price
quote-amount = Amount
quote-price = Price
quote-fee = Fee
quote-fee-estimate = Fee (estimate)
quote-total = You pay
quote-total-estimate = You pay (estimate)
quote-total-free = You pay <note>(no fee)</note>
quote-balance = Balance afterwards
pay-now = Pay…
pay-invoice = Request invoice
pay-continue = Continue to payment
pay-busy = Starting…

next = What happens next
next-charge-confirm = Bursar asks you to confirm the exact total.
next-charge-taken = The provider charges you immediately. You stay in Bursar.
next-charge-result = Bursar tells you when the payment is complete, or why it failed.
next-invoice-made = The provider creates an invoice. You find it under Payments.
next-invoice-pay = You pay the invoice by transfer.
next-invoice-result = Bursar tells you when the payment is complete. This can take days.
next-page-opens = Your browser opens the payment page.
next-page-pay-wallet = You pay there. Bursar never sees your wallet or card.
next-page-pay-card = You pay there. Bursar never sees your card or password.
next-page-returns = The page leads back to Bursar, which tells you when the payment is complete.
next-page-stays = The page does not lead back to Bursar. Bursar notices the payment and tells you when it is complete.

## The question before a method is charged immediately.

confirm = Pay now?
    .text = You are charged immediately, without another page.
confirm-method = Payment method
confirm-for = For
confirm-for-balance = Balance of { $account }
confirm-total = Total
confirm-pay = Pay { $amount }
confirm-busy = Paying…

withdrawn = Nothing was paid because something has changed
withdrawn-method = { $method } is no longer available. Check what is selected now before you pay.
withdrawn-payer = { $payer } can no longer pay here. Check what is selected now before you pay.
withdrawn-payer-unnamed = The payer can no longer pay here. Check what is selected now before you pay.
withdrawn-purpose = { $purpose } is no longer offered as before. Check what is selected now before you pay.
withdrawn-purpose-unnamed = What you selected is no longer offered as before. Check what is selected now before you pay.
withdrawn-already = Another payment for the same purpose was started elsewhere.
withdrawn-total = The total was { $before } and is now { $after }.
withdrawn-refused = This payment is no longer possible.

duplicates = A payment for this is already in progress
    .text = If you pay now, you pay twice.
duplicates-payment = { $purpose }, { $amount }: { $status }
duplicates-payment-unnamed = Payment of { $amount }: { $status }

rules = Before you pay
rules-console = Open provider’s console
