# Reading figures, history and payment events.

detail-sync-too-slow = The servers did not respond in time. Everything received so far has been stored.
detail-no-wallet-address = The account has no wallet address, so Bursar cannot find it on the chain.
detail-wallet-address-changed = The wallet address changed while Bursar was reading the chain.
detail-no-newer-figures = No RPC endpoint has newer figures.
detail-blocks-without-logs = The RPC endpoints do not return the logs of some blocks.
detail-events-pruned = No RPC endpoint still has payment events from before block { $block }. Older payments stay unverified; the balance is not affected.
detail-newest-events-unread = The newest payment events could not be read, so new payments are not verified yet. { $why }
detail-older-events-unread = Payment events from before block { $block } could not be read. { $why }
