# Answers of a provider’s API.

detail-not-offered = The provider does not support this action.
detail-provider-unsupported = This version of Bursar does not support the provider of this network. Install a newer version.
detail-protection-page = A bot-protection page in front of { $host } requires a browser (status { $status }), so Bursar did not reach the provider. This says nothing about your API key.
detail-refused-on-the-way = Something between you and { $host } refused the request (status { $status }). The provider itself did not respond, so this says nothing about your API key.
detail-asked-to-wait = { $host } asks Bursar to wait before it sends more requests.
detail-server-failed = { $host } is not working right now (status { $status }).
detail-maintenance = The provider is under maintenance.
detail-page-instead-of-data = { $host } answered with a web page instead of data. Public Wi-Fi that requires a login often does this.
detail-redirected = { $host } redirects to another address. Bursar does not follow such redirects.
detail-status-unexpected = { $host } answered in an unexpected way (status { $status }). The answer may not come from the provider.
detail-request-outcome-unknown = { $why } Bursar does not know yet whether the provider carried out the request, and will check.
detail-payment-system-down = The payment system behind the provider is not responding. Try again in a few minutes.
detail-key-rejected = The provider does not accept this API key or sign-in.
detail-key-incomplete = The provider cannot read this API key. Part of it may be missing. Copy the whole key and paste it again.
detail-key-lacks-scope =
    { $needed_for ->
        [payments] This API key is not allowed to read your payments.
        [spending] This API key is not allowed to read your spending.
       *[top-ups] This API key is not allowed to start or cancel top-ups.
    } It needs the scope { $scope }, which is part of the preset “{ $preset }”.
detail-key-may-not-read = This API key is not allowed to read billing data. It needs these scopes: { $scopes }.
detail-key-may-not-pay = This API key is not allowed to start or cancel top-ups. It needs this scope: { $scopes }.
detail-key-not-allowed = The API key is not allowed to make this request.
detail-unknown-to-provider = The provider could not find what Bursar asked for.
detail-request-refused = The provider refused the request without giving a reason (status { $status }).
detail-request-refused-because = The provider refused the request: { $said }
detail-refused-for-unknown-reason = The provider refused the request for a reason that this version of Bursar does not know.
detail-provider-says = { $why } The provider says: { $said }
detail-several-balances = The provider lists several balances ({ $balances }), and the network file does not say which balance is yours. Add the name of your balance to the file as “feature_key”.
detail-balance-not-listed = The provider does not list the balance “{ $key }”, which the network file names.
detail-no-balance-yet = The provider does not list a balance for this account yet.
detail-payment-id-unusable = A payment in the provider’s response has an invalid ID or source.
detail-too-many-payments-at-once = The provider’s response has more than a million payments at the same instant.
