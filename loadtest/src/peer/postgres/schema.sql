-- A double-entry ledger as one would write it in PostgreSQL: balances kept beside the accounts, entries with the
-- balance after each, refused below zero, idempotent by the transfer's id. The functions are the only writers, so
-- there are no foreign keys: they would only make it slower.

CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    may_go_negative boolean NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    entries bigint NOT NULL DEFAULT 0,
    CHECK (may_go_negative OR balance >= 0)
) WITH (fillfactor = 50);

CREATE TABLE transfers (
    id uuid PRIMARY KEY,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    posted boolean NOT NULL DEFAULT true,
    at timestamptz NOT NULL DEFAULT now(),
    CHECK (debit <> credit)
);

-- In the order of a statement: the number counts the account's entries. Debits are negative.
CREATE TABLE entries (
    account bigint NOT NULL,
    number bigint NOT NULL,
    transfer uuid NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    PRIMARY KEY (account, number)
);

-- One transfer; the rows of both accounts are locked by the caller.
-- 0: posted, 1: the id was posted before, 2: short of funds, 3: the id was used for something else.
CREATE FUNCTION post_locked(p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint) RETURNS smallint AS $$
DECLARE
    debit_balance bigint;
    debit_number bigint;
    credit_balance bigint;
    credit_number bigint;
    before transfers%ROWTYPE;
BEGIN
    INSERT INTO transfers (id, debit, credit, amount) VALUES (p_id, p_debit, p_credit, p_amount)
        ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO STRICT before FROM transfers WHERE id = p_id;
        IF (before.debit, before.credit, before.amount) <> (p_debit, p_credit, p_amount) THEN
            RETURN 3;
        END IF;
        RETURN CASE WHEN before.posted THEN 1 ELSE 2 END;
    END IF;
    UPDATE accounts SET balance = balance - p_amount, entries = entries + 1
        WHERE id = p_debit AND (may_go_negative OR balance >= p_amount)
        RETURNING balance, entries INTO debit_balance, debit_number;
    IF NOT FOUND THEN
        UPDATE transfers SET posted = false WHERE id = p_id;
        RETURN 2;
    END IF;
    UPDATE accounts SET balance = balance + p_amount, entries = entries + 1
        WHERE id = p_credit
        RETURNING balance, entries INTO STRICT credit_balance, credit_number;
    INSERT INTO entries VALUES
        (p_debit, debit_number, p_id, -p_amount, debit_balance),
        (p_credit, credit_number, p_id, p_amount, credit_balance);
    RETURN 0;
END
$$ LANGUAGE plpgsql;

CREATE FUNCTION post_one(p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint) RETURNS smallint AS $$
BEGIN
    -- In the order of ids, so that no two transfers wait for each other.
    PERFORM 1 FROM accounts WHERE id IN (p_debit, p_credit) ORDER BY id FOR NO KEY UPDATE;
    RETURN post_locked(p_id, p_debit, p_credit, p_amount);
END
$$ LANGUAGE plpgsql;

CREATE FUNCTION post_batch(ids uuid[], debits bigint[], credits bigint[], amounts bigint[]) RETURNS smallint[] AS $$
DECLARE
    results smallint[] := array_fill(0::smallint, ARRAY[cardinality(ids)]);
BEGIN
    PERFORM 1 FROM accounts WHERE id = ANY (debits || credits) ORDER BY id FOR NO KEY UPDATE;
    FOR i IN 1 .. cardinality(ids) LOOP
        results[i] := post_locked(ids[i], debits[i], credits[i], amounts[i]);
    END LOOP;
    RETURN results;
END
$$ LANGUAGE plpgsql;
