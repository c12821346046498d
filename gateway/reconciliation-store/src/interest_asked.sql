-- When the ledger was asked first for what is due, in seconds since 1970: it is asked again as of then, so that a late retry is not done twice.
ALTER TABLE interest_dues ADD COLUMN asked INTEGER;
