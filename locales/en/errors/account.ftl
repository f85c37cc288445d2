# Accounts, their wallet addresses and keys, and signing in.

detail-account-not-connected = This account has been removed.
detail-label-taken = There is already an account named “{ $label }”. Choose another name.
detail-key-malformed = This is not an API key: it is empty or contains characters that API keys never contain. Copy the API key again.
detail-key-expiry-malformed = This is not a valid date. Write the date as YYYY-MM-DD, such as 2027-01-31.
detail-key-expiry-over = This date has passed. Enter the date on which the API key expires.
detail-address-malformed = This text is not in the format of a wallet address.
detail-address-mistyped = The address contains a typing error: its checksum is wrong.
detail-address-zero = This is the zero address, which belongs to nobody.
detail-account-unknown = There is no account named “{ $label }”.
detail-no-accounts = No accounts connected. Connect an account with “bursar account add”.
detail-label-length =
    A name must have 1 to { $most ->
        [one] { $most } character
       *[other] { $most } characters
    }, and no control characters.
detail-user-connected = This account has already been added as “{ $account }”.
detail-address-doubtful = For this address, the contract shows { $contract }, but the provider’s API shows { $api }. The address may be wrong. Bursar shows both figures.
