# The overview of an account, and the page with all accounts.

overview-under-review = Payment under review
overview-last-payment = Last payment
overview-frozen = The provider has frozen this account
    .text = You cannot spend the balance until the provider unfreezes the account. Contact the provider to find out why.
overview-maintenance = The provider is under maintenance
    .text = Until the maintenance ends, figures may be out of date and top-ups may not start.
overview-disagreement = The chain and the provider report different balances
    .text = Check that the wallet address belongs to this account. If it does, one of the two figures is out of date. If the figures still differ later, contact the provider. You can keep using the account.

# Above the large figure, in place of “Balance”, while the account owes money.
owed = You owe
debt = This account is in debt
debt-since = The balance was last known to be above zero on { $at }.
debt-since-unknown = It is not known when the balance ran out.
debt-machines_and_addresses = Machines and public IP addresses are removed
debt-disks = Disks are deleted
# The condition of a step: the first one, and one that follows another.
debt-rule = When the debt exceeds { $limit } or has been unpaid for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
debt-rule-next = When the debt reaches { $limit } or has been unpaid for another { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
debt-expected = Expected { $at }
debt-passed = Should have happened by now under these rules
debt-possible = May have happened
debt-rules = { $provider }’s rules as of { $day }. Bursar cannot see whether they were applied.
debt-read-rules = Read the rules
debt-top-up = Top up to clear the debt
# Where the contract and the API differ and the API leads.
api-leads = Bursar shows the provider’s figure
    .text = The Balance contract shows a different figure. Bursar shows the contract’s figure again after the two have agreed in two checks in a row.
# What the provider lists beside the balance.
entitlements = In addition to the balance
entitlement-promo = Promo credits
entitlement-promo-note = Spent before the balance
entitlement-promo-gone = Used up or expired
entitlement-promo-expires = Expires on { $date }; spent before the balance
entitlement-expires = Expires on { $date }

source-chain = Source: chain, { $age }
source-chain-block = Source: chain, block { $block }, { $age }
source-api = Source: provider API, { $age }

## Why there is no balance.

missing-balance-address = The balance could not be read.
missing-balance-keyring = Unknown for now: Bursar is waiting for the keyring, which holds the API key.
missing-balance-signed_out = Unknown: sign in to see the balance.
missing-balance-offline = Unknown while you are offline. Bursar reads the balance when you are online again.
missing-balance-failed = The balance could not be read.
missing-balance-loading = Loading the balance…

## How long the balance lasts. The first element is the large figure.

figures = Figures
lasts-unknown = <large>—</large> days left
lasts = { $days ->
    [0] <large>Less than a day</large> left
    [one] <large>{ $days }</large> day left
   *[other] <large>{ $days }</large> days left
}
lasts-low = { $days ->
    [0] <large>Less than a day</large> left, <strong>running low</strong>
    [one] <large>{ $days }</large> day left, <strong>running low</strong>
   *[other] <large>{ $days }</large> days left, <strong>running low</strong>
}
lasts-idle = Nothing is being spent

usage-per-day = at { $usage } per day
usage-old = Daily usage: { $usage }, as of { $age }. Bursar shows the days left when the provider responds again.
usage-idle = Daily usage: { $usage }. The balance does not run out unless the usage changes.
usage-waiting = Daily usage: { $usage }. Bursar shows the days left once the balance is known.
usage-missing = Daily usage: { $usage } <reason>({ $why })</reason>
usage-not-reported = not reported by the provider yet

# Marks on the scale of days: where a low balance begins, and the end of the scale.
scale-low = low
scale-end = { NUMBER($days) }+

## Reserved and held amounts, and the account's state.

figures-need-address = To see reserved and held amounts and whether the account is frozen, enter the account’s wallet address. Bursar can then also verify payments.
reserved = Reserved
    .note = For running workloads
held = Held
    .note = Under review
    .note-holds = Under review by the provider; not lost
frozen-yes = Frozen
frozen-no = Not frozen
never-updated = Not updated yet

## Charges.

charges = Charges in the last 30 days
charges-source = Source: provider API, { $age }
charges-as-chart = Show as chart
charges-as-table = Show as table
charges-none = Nothing was charged in the last 30 days.
charges-hidden = The chart is hidden because amounts are hidden.
charges-caption = Charges by day (newest first)
charges-day = Day (UTC)
charges-charged = Charged
charges-on = { $amount } on { $day }
charges-total = { $total } in total
charges-total-partial = { $unknown ->
    [one] { $total } in total; the charges for { $unknown } day are unknown
   *[other] { $total } in total; the charges for { $unknown } days are unknown
}
charges-by-resource = By resource
    .resource = Resource
    .kind = Kind
charges-all-resources = Show all { NUMBER($count) } resources
resource-kind = { $kind ->
    [machine] Machine
    [disk] Disk
    [address] Public IP address
   *[other] Other
}

missing-charges-address = The charges could not be read.
missing-charges-keyring = Bursar reads the charges when the keyring, which holds the API key, is available.
missing-charges-signed_out = Sign in to see the charges.
missing-charges-offline = You are offline. Bursar reads the charges when you are online again.
missing-charges-failed = The charges could not be read.
missing-charges-loading = Loading the charges…

## The card of one account among all.

card-open-payments = Payments in progress
card-payment = { $kind } { $amount }
card-signed-out = Signed out. These figures are not current.
card-error = { $title }. { $message }
card-stale = Not up to date.
card-frozen = Frozen by the provider.
card-disagreement = The chain and the provider report different balances.
card-maintenance = The provider is under maintenance.
card-top-up = Top up { $account }
