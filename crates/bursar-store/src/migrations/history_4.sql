-- Numbers are found by their beginning, as ids are. Most providers give none.
CREATE INDEX payment_number ON payment (account, number) WHERE number IS NOT NULL;
