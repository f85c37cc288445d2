-- Payments for more than a top-up, requests that may be sent again, and why a payment came to nothing.
-- What is paid for, as JSON.
ALTER TABLE top_up ADD COLUMN purpose TEXT NOT NULL DEFAULT '{"what":"top_up"}';
-- The request to send again while its answer is outstanding, as JSON.
ALTER TABLE top_up ADD COLUMN request TEXT;
ALTER TABLE top_up ADD COLUMN reason TEXT;

-- The kind of payment that it is about.
ALTER TABLE notice ADD COLUMN about TEXT NOT NULL DEFAULT 'top_up';
ALTER TABLE notice ADD COLUMN reason TEXT;
