-- The provider's time of its last word that was taken, so that an older one that arrives later changes nothing. Of lines
-- that were written before, it is not known.
ALTER TABLE payment ADD COLUMN said_at INTEGER;
