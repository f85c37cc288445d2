# Links to Bursar, and pages that it opens in the browser.

detail-link-unknown = This link does not belong to Bursar.
detail-page-address-invalid = The address of the payment page is not valid.
detail-page-not-secure = The address of the payment page is not secure (https).
detail-page-host-disguised = The address of the payment page hides its real host, { $host }.
detail-page-host-unknown = The payment page is on { $host }, which the network file does not list.
detail-page-of-other-provider = The payment page is on { $host }, which belongs to { $title }, but the payment is with { $provider }.
detail-page-provider-unlisted = The payment page is on { $host }, but the network file lists no payment pages for { $provider }.
detail-sign-in-page-unknown = This address is not the network’s sign-in page.
