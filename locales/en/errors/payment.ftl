# Payments: what can be paid for, with what, and their documents.

detail-payment-not-in-history = This payment is not in the history.
detail-no-invoice-yet = There is no invoice yet. The provider issues it when the payment is completed.
detail-not-a-transaction = This is not the hash of a transaction.
detail-payer-gone = This payer no longer belongs to the account.
detail-no-method-offered = The provider offers no usable payment method right now.
detail-method-not-offered = The provider does not offer this payment method right now.
detail-method-being-checked = The provider is still checking this saved payment method. Wait until it is confirmed.
detail-method-not-confirmed = The provider could not confirm this saved payment method. To use this payment method, remove it and save it again.
detail-method-not-removable = This payment method cannot be removed right now.
detail-offer-gone = The provider has changed or withdrawn this offer.
detail-nothing-to-renew = Choose at least one service to renew.
detail-service-twice = Each service can be renewed only once per payment.
detail-total-changed = The total is now { $total }. Nothing has been paid. Check the new total before you pay.
detail-total-changed-unknown = The total has changed, and the new total is not known. Nothing has been paid.
detail-total-not-confirmed = Nothing has been paid.
detail-form-invalid = The ID of this payment is not valid. Nothing has been paid. Open the Top up page again.
detail-started-differently = This payment has already been started with a different amount or for a different purpose. Check it on the Payments page before you pay again.
detail-same-payment-confirmed = The provider has just confirmed an earlier payment of { $amount } for the same purpose. You were not charged twice. To make a second payment, pay again.
