# Typed amounts, and amounts in answers of a provider.

detail-amount-not-a-number = Enter an amount in digits, such as 25 or 25.50.
detail-amount-groups = Only groups of three digits can be separated, as in 1 234.50. Enter an amount such as 25 or 25.50.
detail-amount-scripts-mixed = Enter all digits in the same script, as in 25 or 25.50.
detail-amount-ambiguous = “{ $typed }” could mean { $whole } or { $decimals }. Enter the amount that you mean.
detail-amount-decimals = { $decimals ->
    [0] Enter a whole amount, without decimal places.
    [one] Enter at most one decimal place, such as 25.5.
   *[other] Enter at most { $decimals } decimal places, such as 25.50.
}
detail-amount-too-many-digits = This amount is too large.
detail-amount-unreadable = An amount in the provider’s response is not a valid number.
detail-currency-unreadable = A currency in the provider’s response is not a valid currency code.
detail-amount-zero = Enter an amount above zero.
detail-amount-below-minimum = The smallest top-up is { $minimum }.
detail-amount-below-method-minimum = The smallest amount for { $method } is { $minimum }.
detail-amount-above-method-maximum = The largest amount for { $method } is { $maximum }.
detail-amount-too-small-for-provider = The amount is below the provider’s minimum.
detail-amount-too-large-for-provider = The amount is above the provider’s maximum.
detail-amount-unit =
    The provider takes amounts in { $currency } with { $decimals ->
        [one] { $decimals } decimal place
       *[other] { $decimals } decimal places
    }.
detail-balance-at-limit = The balance has reached its limit of { $limit }.
detail-balance-near-limit = The balance cannot exceed { $limit }. You can add up to { $room } right now.
