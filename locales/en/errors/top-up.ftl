# Top-ups that are open, and what can be done with them.

detail-top-up-gone = This top-up is no longer in progress.
detail-top-up-already-started = This top-up has already been started.
detail-top-up-not-cancellable = This payment can no longer be cancelled.
detail-top-up-page-missing = The provider has not provided a payment page for this top-up.
detail-top-up-needs-key = Sign in to this account first, because a top-up needs the account’s API key.
detail-top-up-offline = You are offline, so Bursar did not start a top-up. Nothing was sent.
detail-open-top-ups-not-read-yet = Bursar is still checking whether a top-up is in progress. Try again in a moment.
detail-top-up-still-open = A top-up of { $amount } is still in progress. Complete or cancel it first.
detail-outcome-unknown = Bursar does not know yet whether the last payment of { $amount } was made. Bursar does not start another payment until this is known or a day has passed.
detail-outcome-doubtful = Bursar did not receive the provider’s response to this payment. Payment { $payment } may be the same payment, but the clocks of this computer and the provider do not agree. Check payment { $payment } before you pay again: if nobody else made it, it is this payment. Bursar does not start another payment until this is known or a day has passed.
detail-outcome-not-readable = Bursar did not receive the provider’s response to this top-up, and the API key is not allowed to read the history that would show whether the top-up exists. Bursar does not request the top-up twice. Sign in with an API key that can read the history, or check in the provider’s console.
detail-top-up-already-open = A top-up is already in progress. Complete or cancel it first.
