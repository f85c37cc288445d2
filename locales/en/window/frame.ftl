# The frame around the pages: navigation, header and banners.

page-overview = Overview
page-top_up = Top up
page-payments = Payments
page-inbox = Inbox
page-accounts = Accounts
page-settings = Settings
page-balances = All accounts
page-connect = Connect account

skip-to-content = Skip to content

nav = Accounts and pages
nav-pages = Pages
nav-accounts = Accounts
nav-connect = Connect account
nav-all-accounts = All accounts
    .short = All
nav-signed-out = Signed out
# Read aloud instead of the number beside the inbox.
nav-unread = { $count ->
    [one] { $count } unread notification
   *[other] { $count } unread notifications
}

header-sandbox = Sandbox
    .tip = A provider on this computer that uses play money

## Banners. One of the first three sentences says how old the figures are.

banners = Status messages
banner-figures-last = Showing the last known figures.
banner-figures-from = Showing figures from { $time }.
banner-figures-none = There are no figures yet.
banner-offline = <strong>You are offline.</strong>
banner-signed-out = <strong>Signed out of { $account }.</strong>
banner-key-unreadable = <strong>The API key for { $account } cannot be read.</strong>
banner-stale = <strong>The figures are not up to date.</strong>

## Desktop services that are missing: their names in a list, or a title and what to do.

services-missing = <strong>Some desktop services are missing:</strong> { $services }.
services-more = Show details
services-less = Hide details
services-hide = Hide until another service is missing
service-keyring = keyring
    .title = No keyring.
    .text = If you have a keyring, unlock it so that Bursar can read your API keys. Without a keyring such as GNOME Keyring, Bursar forgets your API keys when it quits.
service-tray = tray
    .title = No tray.
    .text = Closing the window quits Bursar unless a top-up is in progress. On GNOME, install the AppIndicator extension.
service-notifications = notifications
    .title = No notifications.
    .text = This desktop does not show notifications. The Inbox lists all of them.
service-links = links from the browser
    .title = No links from the browser.
    .text = Links in the browser cannot open Bursar on this desktop. Bursar still notices your payments, but you need to return to this window yourself.
