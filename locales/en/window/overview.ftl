# The overview of an account, and the page with all accounts.

overview-under-review = Payment under review
overview-last-payment = Last payment
overview-frozen = The provider has frozen this account
    .text = You cannot spend the balance until the provider unfreezes the account. Contact the provider to find out why.
overview-maintenance = The provider is under maintenance
    .text = Until it is over, figures may be late and top-ups may not start.
overview-disagreement = The chain and the provider report different balances
    .text = Check that the wallet address belongs to this account. If it does, one of the two figures is late. If they stay different, ask the provider. You can keep using the account.

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
usage-old = Daily usage { $usage }, as of { $age }. Bursar shows the days left when the provider answers again.
usage-idle = Daily usage { $usage }. The balance lasts until this changes.
usage-waiting = Daily usage { $usage }. Bursar shows the days left when the balance is known.
usage-missing = Daily usage { $usage } <reason>({ $why })</reason>
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
    [one] { $total } in total; { $unknown } day is unknown
   *[other] { $total } in total; { $unknown } days are unknown
}

missing-charges-address = The charges could not be read.
missing-charges-keyring = Bursar reads the charges when the keyring, which holds the API key, is available.
missing-charges-signed_out = Sign in to see the charges.
missing-charges-offline = You are offline. Bursar reads the charges when you are online again.
missing-charges-failed = The charges could not be read.
missing-charges-loading = Loading the charges…

## The card of one account among all.

card-open-payments = Open payments
card-payment = { $kind } { $amount }
card-signed-out = Signed out. These figures are not current.
card-error = { $title }. { $message }
card-stale = Not up to date.
card-frozen = Frozen by the provider.
card-disagreement = The chain and the provider report different balances.
card-maintenance = The provider is under maintenance.
card-top-up = Top up { $account }
