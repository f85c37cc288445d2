# The tray's menu and tooltip. An account's line has little room; what is between parentheses is a word or two.

tray-account =
    { $state ->
        [none] { $account }: { $balance }
        [top_up_pending] { $account }: { $balance } (top-up pending)
        [top_up_confirming] { $account }: { $balance } (top-up confirming)
        [signed_out] { $account }: { $balance } (signed out)
        [offline] { $account }: { $balance } (offline)
        [outdated] { $account }: { $balance } (not up to date)
       *[low] { $account }: { $balance } (low)
    }
# In place of { $balance }.
tray-balance-owed = you owe { $amount }
tray-balance-hidden = amount hidden
tray-balance-unknown = balance unknown

tray-no-account = No accounts connected
tray-open = Open Bursar
tray-top-up = Top up
tray-return = Return to payment
tray-check-now = Check all accounts
tray-hide-amounts = Hide amounts
tray-quit = Quit Bursar
