# The inbox. What its notifications say is in notifications.ftl.

inbox-empty = No notifications
    .text = Bursar notifies you here about top-ups and low balances.
inbox-new = New
inbox-older = Show older notifications
