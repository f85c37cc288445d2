-- An event that serves the payment whose id it carries is found by the transaction that stands in the payment's row: it
-- needs neither of these indexes, and keeping them was a third of what storing a long chain history took.
DROP INDEX event_payment;
DROP INDEX event_top_up;
CREATE INDEX event_named ON event (account, top_up_id, block, log_index)
    WHERE top_up_id IS NOT NULL AND payment IS NOT top_up_id;
