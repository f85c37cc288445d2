# The inbox. The notifications themselves are written elsewhere.

inbox-empty = No notifications
    .text = Bursar notifies you here about top-ups and low balances.
inbox-new = New
inbox-older = Show older
