# Keys, signing in, and whose account a key belongs to.

detail-signed-out = This account is signed out.
detail-no-key = There is no API key for this account, so Bursar did not contact the provider.
detail-no-key-from-keyring = The keyring did not respond, so Bursar did not contact the provider. Unlock the keyring and try again.
detail-key-of-another-user = The stored API key belongs to another user, not to the owner of this account. Bursar did not read anything with it. Sign in with an API key of the account’s owner, or add the other user as a separate account.
detail-new-key-of-another-user = This API key belongs to another user, not to the owner of this account. Add that user as a separate account.
detail-environment-key-of-another-user = The API key from the environment belongs to another user, not to the owner of this account. Bursar did not read anything with it.
detail-key-owner-unknown = Bursar could not find out whose API key this is, so nothing has changed. { $why }
detail-scopes-missing = The API key lacks these scopes: { $scopes }. Features that need these scopes will not work.
detail-renewed-by-app = The sign-in needs to be renewed, and only the running app can renew it.
detail-sign-in-ended = The provider has ended this sign-in.
detail-sign-in-changed = You signed in or out while Bursar was loading the account. Bursar is loading it again.
detail-no-sign-in-page = This network has no sign-in page. Paste an API key instead.
detail-sign-in-not-started-here = This sign-in was not started in Bursar.
detail-sign-in-too-late =
    The sign-in took longer than { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.
detail-sign-in-refused = The provider refused the sign-in.
detail-sign-in-denied = The sign-in page denied access. No account was added.
detail-key-still-in-keyring =
    { $done ->
        [account-removed] The account has been removed
       *[signed-out] This account is signed out
    }, but its API key is still in the system’s keyring. Bursar does not use the API key and removes it as soon as the keyring is available. { $why }
