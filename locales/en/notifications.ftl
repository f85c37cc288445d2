# What Bursar notifies the user about, in pop-ups and in the inbox. A title is a few words on one line. `.body-hidden` stands for
# `.body` while amounts are hidden, or if the amount is not known.

notice-completed =
    { $kind ->
        [top_up] Top-up completed
        [renewal] Renewal completed
        [migration] Migration completed
       *[payment] Payment completed
    }
    .body =
        { $kind ->
            [top_up] The top-up of { $amount } has arrived in { $account }.
            [renewal] The renewal for { $account } is paid: { $amount }.
            [migration] The migration for { $account } is paid: { $amount }.
           *[payment] The payment of { $amount } for { $account } is complete.
        }
    .body-hidden =
        { $kind ->
            [top_up] The top-up has arrived in { $account }.
            [renewal] The renewal for { $account } is paid.
            [migration] The migration for { $account } is paid.
           *[payment] The payment for { $account } is complete.
        }
notice-failed =
    { $kind ->
        [top_up] Top-up failed
        [renewal] Renewal failed
        [migration] Migration failed
       *[payment] Payment failed
    }
    .body = The payment of { $amount } for { $account } was not accepted. { $why }
    .body-hidden = The payment for { $account } was not accepted. { $why }
notice-expired =
    { $kind ->
        [top_up] Top-up expired
        [renewal] Renewal payment expired
        [migration] Migration payment expired
       *[payment] Payment expired
    }
    .body = The payment page for { $amount } for { $account } has expired. If you have already paid, open this payment in Bursar to see what happens to the money.
    .body-hidden = The payment page for { $account } has expired. If you have already paid, open this payment in Bursar to see what happens to the money.
notice-cancelled =
    { $kind ->
        [top_up] Top-up cancelled
        [renewal] Renewal cancelled
        [migration] Migration cancelled
       *[payment] Payment cancelled
    }
    .body = The payment of { $amount } for { $account } was cancelled. { $why }
    .body-hidden = The payment for { $account } was cancelled. { $why }
notice-under_review =
    { $kind ->
        [top_up] Top-up under review
        [renewal] Renewal under review
        [migration] Migration under review
       *[payment] Payment under review
    }
    .body = The provider is reviewing the payment of { $amount } for { $account }. The money is not lost, but a review can take a while.
    .body-hidden = The provider is reviewing the payment for { $account }. The money is not lost, but a review can take a while.
notice-reversed =
    { $kind ->
        [top_up] Top-up reversed
        [renewal] Renewal reversed
        [migration] Migration reversed
       *[payment] Payment reversed
    }
    .body = The chain dropped the block with the payment of { $amount } for { $account }, so the balance does not include this payment for now. Bursar keeps checking and notifies you when the payment is included again.
    .body-hidden = The chain dropped the block with the payment for { $account }, so the balance does not include this payment for now. Bursar keeps checking and notifies you when the payment is included again.
notice-refunded =
    { $kind ->
        [top_up] Refund of a top-up
        [renewal] Refund of a renewal
        [migration] Refund of a migration
       *[payment] Refund of a payment
    }
    .body =
        { $kind ->
            [top_up] The provider is refunding { $amount } and taking the amount off the balance of { $account }.
           *[payment] The provider is refunding { $amount } for { $account }.
        } If you did not expect this refund, contact the provider.
    .body-hidden =
        { $kind ->
            [top_up] The provider is refunding a top-up and taking its amount off the balance of { $account }.
           *[payment] The provider is refunding a payment for { $account }.
        } If you did not expect this refund, contact the provider.
notice-low_balance = Low balance
    .days =
        { $days ->
            [0] The balance of { $account } lasts less than a day.
            [one] The balance of { $account } lasts about { $days } day.
           *[other] The balance of { $account } lasts about { $days } days.
        }
    .amount = { $account } has { $amount } left.
    .amount-hidden = The balance of { $account } is below the amount that you set.
notice-balance_used_up = Balance used up
    .body = { $account } owes { $amount }. Your resources keep running, and the debt grows. Top up before the provider removes them.
    .body-hidden = { $account } owes money. Your resources keep running, and the debt grows. Top up before the provider removes them.
notice-machines_at_risk = Machines may be removed soon
    .body = { $account } owes { $amount }. Under the provider’s rules, the account’s machines and public IP addresses can be removed within a day. Top up to keep them.
    .body-hidden = { $account } owes money. Under the provider’s rules, the account’s machines and public IP addresses can be removed within a day. Top up to keep them.
notice-disks_at_risk = Disks may be deleted soon
    .body = { $account } owes { $amount }. Under the provider’s rules, the account’s disks can be deleted within a day. Top up to keep the data.
    .body-hidden = { $account } owes money. Under the provider’s rules, the account’s disks can be deleted within a day. Top up to keep the data.
notice-machines_removed = Machines have probably been removed
    .body = { $account } owes { $amount }. Under the provider’s rules, the account’s machines and public IP addresses should have been removed by now. The disks are deleted next unless you top up.
    .body-hidden = { $account } owes money. Under the provider’s rules, the account’s machines and public IP addresses should have been removed by now. The disks are deleted next unless you top up.
notice-disks_removed = Disks have probably been deleted
    .body = { $account } owes { $amount }. Under the provider’s rules, the account’s disks should have been deleted by now. Ask the provider what is left.
    .body-hidden = { $account } owes money. Under the provider’s rules, the account’s disks should have been deleted by now. Ask the provider what is left.
notice-unit_changed = The balance is in a different currency
    .body = The balance of { $account } is now { $amount }. Earlier payments keep their currency, and Bursar never adds up amounts in different currencies.
    .body-hidden = The balance of { $account } is now in a different currency. Earlier payments keep their currency, and Bursar never adds up amounts in different currencies.
notice-key_expires = API key expires soon
    .body =
        { $days ->
            [0] The API key of { $account } expires today.
            [one] The API key of { $account } expires in { $days } day.
           *[other] The API key of { $account } expires in { $days } days.
        } Create a new API key, then choose “Change API key” on the Accounts page.
notice-signed_out = Signed out
    .body = The provider no longer accepts the sign-in for { $account }. Sign in again to continue.

# After “was not accepted” or “was cancelled” when the provider gives no reason.
notice-paid-anyway = If you paid anyway, open this payment in Bursar to see what happens to the money.

# Why a payment did not succeed, and what the user can do.
reason-by_user = You cancelled the payment.
reason-declined = The bank or payment system declined the payment. Try another payment method, or ask your bank.
reason-insufficient_funds = This payment method did not have enough money. Use another payment method or a smaller amount.
reason-confirmation_failed = The confirmation that your bank requires failed. Try again, and confirm the payment with your bank.
reason-expired = The payment was not made in time. Start a new payment.
reason-method_gone = The saved payment method is no longer valid. Choose another payment method, or save this one again.
reason-fraud = The provider suspects fraud. Contact the provider before you try again.
reason-other = Try again, or use another payment method.
# `$words` is the provider’s own text.
reason-with-words = { $reason } The provider says: { $words }

# What a renewal or migration pays for.
purpose-months = { $months ->
    [one] { $months } month
   *[other] { $months } months
}
purpose-moved = { $name } to { $server }
purpose-for = { $what } ({ $length })
