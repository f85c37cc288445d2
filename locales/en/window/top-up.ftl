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
    .text = The provider has not confirmed yet that this payment exists. You can start another payment once the provider confirms it.
pay-open = A top-up is already in progress
    .text = The provider allows one top-up at a time. Complete or cancel this top-up before you start another.
pay-accounts = Go to accounts
renewals-none = Nothing to renew
    .text = Services appear here when you can renew them.
migrations-none = No migrations to pay for
    .text = If you expected a migration here, it may have been paid or cancelled elsewhere.

## The amount. The limits are complete sentences, of which up to two are shown.

limit-max = At most { $max }.
limit-range = From { $min } to { $max }.
limit-min = At least { $min }.
limit-room = You can add up to { $room }, because the balance cannot exceed { $limit }.
limit-balance = The balance cannot exceed { $limit }.
limit-decimals = { $count ->
    [one] Up to { $count } decimal place.
   *[other] Up to { $count } decimal places.
}
amount-presets = Suggested amounts

## The payer and the payment method.

payer = Payer
    .placeholder = Choose a payer
payer-gone = { $payer } is no longer available
    .text = This payer may have been removed elsewhere.
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
    .hint = The provider, not Bursar, stores the payment method and checks it first. It then appears under the account’s payment methods.

## Renewals and migrations.

renewals = Services to renew
renewal-overdue = Overdue since { $date }
renewal-paid-until = Paid until { $date }
renewal-until = → { $date }
renewal-period = Renewal period for { $service }
    .placeholder = No periods available
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
# Read aloud once the price no longer changes with each key press.
quote-announcement = You pay { $total }.
quote-announcement-estimate = You pay about { $total }.
quote-balance = Balance afterwards
pay-now = Pay…
pay-invoice = Request invoice
pay-continue = Continue to payment
pay-busy = Starting…

next = What happens next
next-charge-confirm = Bursar asks you to confirm the exact total.
next-charge-taken = The provider charges you immediately. You stay in Bursar.
next-charge-result = Bursar tells you when the payment is complete, or why it failed.
next-invoice-made = The provider creates an invoice. It appears under Payments.
next-invoice-pay = You pay the invoice by transfer.
next-invoice-result = Bursar tells you when the payment is complete. This can take days.
next-page-opens = Your browser opens the payment page.
next-page-pay-wallet = You pay there. Bursar never sees your wallet or card.
next-page-pay-card = You pay there. Bursar never sees your card or password.
next-page-returns = The page returns you to Bursar, which tells you when the payment is complete.
next-page-stays = The page does not return you to Bursar. Bursar notices the payment and tells you when it is complete.

## The question before a method is charged immediately.

confirm = Pay now?
    .text = You will be charged immediately. No payment page opens.
confirm-method = Payment method
confirm-for = For
confirm-for-balance = Balance of { $account }
confirm-total = Total
confirm-pay = Pay { $amount }
confirm-busy = Paying…

withdrawn = Payment not started; nothing was paid
withdrawn-method = { $method } is no longer available. Check your selection before you pay.
withdrawn-payer = { $payer } is no longer available. Check your selection before you pay.
withdrawn-payer-unnamed = The payer is no longer available. Check your selection before you pay.
withdrawn-purpose = { $purpose } has changed or is no longer offered. Check your selection before you pay.
withdrawn-purpose-unnamed = What you selected has changed or is no longer offered. Check your selection before you pay.
withdrawn-already = Another payment for the same purpose was started elsewhere.
withdrawn-total = The total was { $before } and is now { $after }. Check the new total before you pay.
withdrawn-refused = This payment is no longer possible.

duplicates = You already have a payment in progress for this purpose
    .text = If you pay now, you will pay twice.
duplicates-payment = { $purpose }, { $amount }: { $status }
duplicates-payment-unnamed = Payment of { $amount }: { $status }

rules = Before you pay
rules-title = { $rule ->
    [rent_only] For renting only
    [no_withdrawal] No withdrawals
    [payment_page_only] Only through the payment page
    [wallet_is_separate] Your wallet is not the balance
    [other_ways_in] Other ways to add credit
    [late_money_not_credited] Late payments are not credited
    [saved_method_pays_at_once] Saved methods are charged immediately
   *[provider_keeps_books] The provider’s records are authoritative
}
rules-text = { $rule ->
    [rent_only] The balance pays for what you rent from { $provider } and for nothing else.
    [no_withdrawal] Money in the balance cannot be withdrawn. For a refund, contact { $provider }.
    [payment_page_only] Only top up through the payment page. A transfer from your own wallet does not add to the balance.
    [wallet_is_separate] Your account’s wallet address holds none of this money. To stake, send money to that wallet address, directly or through the bridge.
    [other_ways_in] You can also add credit with promo codes, which you enter in the console, and with scripts that pay through x402.
    [late_money_not_credited] Do not pay once a payment page has expired or has been cancelled. If you paid anyway, contact { $provider }: late payments are not credited automatically.
    [saved_method_pays_at_once] You are charged as soon as you confirm the total. You do not get a payment page where you could still cancel.
   *[provider_keeps_books] The balance, payments and invoices come from the provider. Contact the provider for refunds.
}
rules-promo = Enter promo code in the console
rules-console = Open console
quote-balance-unknown = The balance is not known right now, so Bursar cannot check whether this top-up would exceed the limit. The provider checks the limit.

# Fills in the amount that does both.
amount-clears-debt = Clear the debt and pay for 30 days
