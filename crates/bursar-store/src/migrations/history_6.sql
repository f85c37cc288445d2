-- An amount that few lines have is not looked for among all with the same whole part, which may be most of them.
CREATE INDEX payment_exact ON payment (account, whole, fraction);
