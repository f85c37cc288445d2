# Payments: their kinds, their statuses, and what these mean for the user's money.

kind-top_up = Top-up
kind-credit = Credit
kind-refund = Refund
kind-renewal = Renewal
kind-migration = Migration

# Sources of money without a payment page.
source-x402 = x402 payment
source-promo_code = Promo code

status-starting = Starting
status-open = Pending
status-confirming = Confirming
status-under_review = Under review
status-completed = Completed
status-cancelled = Cancelled
status-expired = Expired
status-failed = Failed
status-not_started = Not started
status-refunding = Refunding
status-refunded = Refunded

## What a status means. A payment has a page on which it is paid, or an invoice; it is confirmed on a chain, or by the provider.

meaning-starting = Bursar is asking the provider to start the payment.
meaning-starting-unanswered = The provider has not responded, so it is unclear whether this payment exists. Bursar keeps checking and does not start another payment until the answer is known.
meaning-open-page = Waiting for you to pay in the browser.
meaning-open-invoice = The provider is waiting for your money to arrive. If you received an invoice, pay it; you do not need to do anything else here.
meaning-confirming-chain = The payment is on its way and is waiting for confirmation on the chain.
meaning-confirming-provider = The payment is being processed. Your balance may already include it.
meaning-under_review = The provider is reviewing the payment. This can take a while; the money is not lost.
meaning-completed-top_up = The money is in your balance.
meaning-completed-credit = The money is in your balance.
meaning-completed-refund = The money has been refunded.
meaning-completed-renewal = The payment is complete, and the service has been renewed.
meaning-completed-migration = The payment is complete, and the server has been ordered.
meaning-cancelled = Cancelled. If you paid anyway, Bursar keeps checking with the provider.
meaning-expired = The payment page has expired. If you have already paid, Bursar keeps checking with the provider.
meaning-failed = The payment was not accepted. If you were charged anyway, Bursar keeps checking with the provider.
# Where late money is not credited by itself.
meaning-cancelled-not-credited = Cancelled. Do not pay. If you paid anyway, contact the provider: late payments are not credited automatically.
meaning-expired-not-credited = The payment page has expired. Do not pay. If you paid anyway, contact the provider: late payments are not credited automatically.
meaning-failed-not-credited = The payment was not accepted. If you were charged anyway, contact the provider.
meaning-not_started = No payment was started, and you were not charged.
meaning-refunding = The provider is refunding the payment.
meaning-refunded-balance = The provider has refunded the payment. The money is no longer in your balance.
meaning-refunded = The provider has refunded the payment.

## Whether the money was seen in the Balance contract.

verification-none = Not verified yet: the payment has not appeared in the Balance contract.
verification-by_id = Verified: the transaction carries this payment’s ID.
verification-by_amount = Verified by amount: exactly one transaction of this amount appeared within a day.
verification-seen = Verified: the payment appeared in the Balance contract.
verification-needs-address = Not verified. To find payments on the chain, Bursar needs the account’s wallet address.
verification-single-rpc = This network has only one RPC endpoint, so nothing confirms what it reports. To have two RPC endpoints confirm each transaction, add your own in Settings.

## Titles.

payment-title = { $kind }: { $purpose }
payment-paid-by = { $method }, { $payer }
payment-of = { $kind ->
   *[top_up] Top-up of { $amount }
    [credit] Credit of { $amount }
    [refund] Refund of { $amount }
    [renewal] Renewal for { $amount }
    [migration] Migration for { $amount }
}
payment-of-sentence = { $kind ->
   *[top_up] Top-up of { $amount }.
    [credit] Credit of { $amount }.
    [refund] Refund of { $amount }.
    [renewal] Renewal for { $amount }.
    [migration] Migration for { $amount }.
}
payment-of-purpose-sentence = { $kind ->
   *[top_up] Top-up of { $amount }: { $purpose }.
    [credit] Credit of { $amount }: { $purpose }.
    [refund] Refund of { $amount }: { $purpose }.
    [renewal] Renewal for { $amount }: { $purpose }.
    [migration] Migration for { $amount }: { $purpose }.
}
# Read aloud when the status has changed: "Top-up of 25.00 USDC: Completed."
payment-announcement = { $payment }: { $status }.
payment-in-progress = Payment in progress: { $status }

## The steps of a payment, and the last one for each kind.

step-started = Started
step-payment = Payment
step-confirmation = Confirmation
step-last-top_up = In your balance
step-last-credit = In your balance
step-last-refund = Refunded
step-last-renewal = Renewed
step-last-migration = Ordered
# Read aloud instead of a step's name once the step is done.
step-done = { $step } (done)

## An open payment.

open-cancel-requested = You cancelled this payment, but the provider has not confirmed it yet. Do not pay.
open-countdown = The payment page stays open for another { $time }.
# Where the provider does not say when the page closes.
open-usually-closes = The payment page usually closes around { $time }.
open-usually-closed = The payment page has probably closed by now. Pay only if it is still open.
open-host-refused = The payment page is on an unknown host
open-host-refused-text = The network file does not list <host>{ $name }</host>, so Bursar did not open it. Allow this host only if the provider has told you that the host belongs to them.
open-allow-host = Allow host…
open-check-now = Check payment
open-show-qr = Show QR code
open-qr-hint = If the Wallet option on the payment page fails, scan the QR code there.
open-checked = Checked with the provider { $age }.
open-cancel-text-page = Bursar asks the provider to close the payment page. If you have already paid, do not cancel: the money is on its way.
open-cancel-text-invoice = Bursar asks the provider to cancel the payment. If you have already paid, do not cancel: the money is on its way.

cancel-top_up = Cancel this top-up?
    .confirm = Cancel top-up
cancel-credit = Cancel this credit?
    .confirm = Cancel credit
cancel-refund = Cancel this refund?
    .confirm = Cancel refund
cancel-renewal = Cancel this renewal?
    .confirm = Cancel renewal
cancel-migration = Cancel this migration?
    .confirm = Cancel migration
cancel-keep = Keep payment

allow-host = Allow { $host }?
    .text = Bursar can then open this account’s payment pages on this host. A fraudulent host could take your money.
    .confirm = Allow host
    .keep = Do not allow

qr = Payment page as a QR code
    .text = Scan the code with your phone to open the payment page there. If the Wallet option fails, choose “Scan QR code” on the page.
    .text-plain = Scan the code with your phone to open the payment page there.
    .label = QR code of the payment page
    .missing = The QR code could not be drawn. Copy the link instead.

# The text that the user sends to the provider’s team. The times are exact and in UTC.
payment-report =
    Payment: { $id }
    Amount: { $amount }
    Status: { $status }
    Payment provider: { $source }
    Created: { $created }
    Last change: { $updated }
    Transaction: { $transaction }
