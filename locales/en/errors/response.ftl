# Answers of a provider that differ from the description of its API. Names of fields, such as $field, are the API’s.

detail-response-not-json = The provider’s response could not be read as data. Something between you and the provider may have replaced it or cut it off.
detail-response-not-object =
    Unexpected data in the provider’s response: { $object ->
        [account] the account
        [amount] an amount
        [balance] a balance
        [charge] a charge
        [limits] the limits
        [method] a payment method
        [migration] a migration
        [page] a page of a list
        [payer] a payer
        [payment] a payment
        [payment-page] a payment page
        [period] a period
        [purpose] the purpose of a payment
        [reason] a reason
        [refusal] a refusal
        [server] a server
        [service] a service
        [sign-in] a sign-in
        [status] the service’s status
        [top-up] a top-up
       *[user] the user
    } is not an object, or has a duplicate field.
detail-response-not-list = The provider’s response is not a list.
detail-response-field =
    Unexpected data in the provider’s response: the field “{ $field }” of { $object ->
        [account] the account
        [amount] an amount
        [balance] the balance
        [charge] a charge
        [limits] the limits
        [method] a payment method
        [migration] a migration
        [page] a page of a list
        [payer] a payer
        [payment] a payment
        [payment-page] a payment page
        [period] a period
        [purpose] the purpose of a payment
        [reason] a reason
        [refusal] a refusal
        [server] a server
        [service] a service
        [sign-in] a sign-in
        [status] the service’s status
        [top-up] a top-up
       *[user] the user
    } { $fault ->
        [below-minimum] is less than the minimum
        [contradicts] contradicts the other figures
        [empty] is empty
        [leads-nowhere] does not lead to another page
        [missing] is missing
        [negative] is negative
        [not-amount] is not an amount
        [not-boolean] is neither true nor false
        [not-count] is not a whole number within the limits
        [not-currency] is not a currency
        [not-date] is not a date
        [not-id] is not an ID
        [not-list] is not a list
        [not-text] is not text
        [not-time] is not a time
        [not-token] is not a token
        [other-currency] is in a currency other than the account’s
        [too-large] is too large
        [too-long] is too long
        [twice] occurs twice
        [unknown] has a value that this version of Bursar does not know
        [unknown-payer] matches none of the account’s payers
        [wrong-decimals] has the wrong number of decimal places
       *[zero] is zero
    }.
detail-response-payment = { $why } Payment: { $payment }.
detail-response-day = { $why } Day: { $day }.
detail-payment-listed-twice = The provider lists payment { $payment } twice, with different details. Bursar uses neither.
detail-page-incomplete =
    A page of the provider’s list has { $found ->
        [one] { $found } payment
       *[other] { $found } payments
    } instead of { NUMBER($expected) }. Some payments may be missing here.
detail-page-count-wrong =
    The provider’s list has { $payments ->
        [one] { $payments } payment
       *[other] { $payments } payments
    }, too many for { $pages ->
        [one] its only page
       *[other] its { $pages } pages
    }. Some may be missing here.
detail-page-number-wrong = The provider sent a different page of a list than Bursar asked for.
detail-list-endless = A list in the provider’s response never ends.
detail-payments-unreadable =
    { $why } { $more ->
        [one] One more payment could not be read.
       *[other] { $more } more payments could not be read.
    }
detail-invoice-not-pdf = The provider sent an invoice that is not a PDF file. Bursar did not open it.
detail-created-amount-differs = You asked for a payment of { $wanted }, but the provider created a payment of { $amount }. Check the payment before you pay, and contact the provider.
detail-created-purpose-differs = The provider created a payment for something other than what you asked for: { $purpose }. Check the payment before you pay, and contact the provider.
detail-created-for-balance = The provider created a top-up instead of the payment that you asked for. Check the top-up before you pay, and contact the provider.
detail-created-payment-differs =
    { $what ->
        [method] The provider created the payment with a payment method that you did not choose.
       *[payer] The provider created the payment for a payer that you did not choose.
    } Check the payment before you pay, and contact the provider.
