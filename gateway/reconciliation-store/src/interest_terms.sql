-- How days up to one were reckoned, line by line: what changes behind it changes what was accrued.
CREATE TABLE interest_terms (
    entity TEXT NOT NULL,
    product TEXT NOT NULL,
    line TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (entity, product, line)
) STRICT, WITHOUT ROWID;
