-- An event that serves the payment whose id it carries is found by the transaction that stands in the payment's row: it
-- needs neither of these indexes, and both are written at random places for each event of a long chain history.
DROP INDEX event_payment;
DROP INDEX event_top_up;
CREATE INDEX event_named ON event (account, top_up_id, block, log_index)
    WHERE top_up_id IS NOT NULL AND payment IS NOT top_up_id;
