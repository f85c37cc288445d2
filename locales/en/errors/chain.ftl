# RPC endpoints, and what they report of the chain. { $each } is what happened at each of them, in whole sentences.

detail-no-rpc-configured = The network lists no RPC endpoint, so Bursar cannot read the chain.
detail-no-rpc-usable = No RPC endpoint of the network is usable. { $each }
detail-no-rpc-gave-events = No RPC endpoint returned the payment events. { $each }
detail-rpc-refused = { $host } refuses to answer. If the address of this RPC endpoint contains a key, check it in Settings.
detail-rpc-failed = { $host } answered with error { $error }.
detail-rpc-answer-invalid = { $host } sent an invalid response ({ $part }). Bursar ignored it.
detail-rpc-wrong-chain = { $host } serves chain { $actual }, but this network is on chain { $expected }.
detail-rpc-no-contract = { $host } finds no contract at { $address }, which is the Balance contract’s address in the network file.
detail-rpc-behind = { $host } does not have the newest blocks yet.
detail-rpc-pruned = { $host } no longer has blocks that are this old.
detail-events-disagree = { $first } and { $second } report different payment events for the newest blocks. Bursar uses neither until they agree.
detail-block-replaced-by-one = { $gone } reports that block { $block } was replaced, but { $there } still has it. Payments keep their current status until both agree.
detail-block-replaced-unconfirmed = { $gone } reports that block { $block } was replaced. Payments keep their current status until a second RPC endpoint confirms this.
detail-newest-events-not-there = No RPC endpoint has returned the payment events of the newest blocks yet.
detail-too-few-events-at-once = The RPC endpoints return too few payment events at a time.
detail-newest-block-not-reached = No responding RPC endpoint has reached block { $block }, which the newest figures come from. Bursar keeps showing these figures.
detail-chain-went-back = For ten minutes, no RPC endpoint has had block { $from }. The figures are from block { $to }, so later payments may be missing.
