"""Drives a node through longmen.py and checks what comes back: python3 check.py HOST:PORT, and by TLS
python3 check.py HOST:PORT CA CERTIFICATE KEY, where the certificate is that of the client python"""

import ssl
import sys
import time

from longmen import (
    OPERATIONS, Client, Refused, cancel_try, confirm, consume, credit, debit, freeze, raise_, refund, reverse, tls, transaction,
    try_, unfreeze,
)


def refused(code, call):
    try:
        call()
    except Refused as refusal:
        assert refusal.code == code, f"{refusal} instead of {code}"
        return refusal
    raise AssertionError(f"not refused as {code}")


def open_books(client):
    assert not client.open_entity("PY", "2026-11-22")["existed"]
    assert client.open_entity("PY", "2026-11-22")["existed"]
    subjects = [
        {"code": "10020101", "name": "银行存款", "class": "asset", "normal": "debit"},
        {"code": "220301", "name": "用户余额", "class": "liability", "normal": "credit"},
    ]
    assert all(status == "ok" for status, _ in client.open_subjects("PY", subjects))
    account = {"entity": "PY", "type": "cash", "currency": "CNY"}
    opened = client.open_accounts([
        {**account, "number": "bank", "subject": "10020101", "owner": "internal", "may_go_negative": True},
        {**account, "number": "U1", "subject": "220301", "owner": "customer"},
        {**account, "number": "U2", "subject": "999999", "owner": "customer"},
    ])
    assert opened[2][0] == "unknown_subject", opened
    return opened[0][1]["id"], opened[1][1]["id"]


def check_posts(client, bank, user):
    top_up = transaction("py-1", debit(bank, "12.30", "CNY"), credit(user, 1230, "CNY"), type="top_up")
    first = client.post([top_up], balances=True)
    assert first["results"][0]["outcome"] == "posted", first
    assert first["balances"] == [[0, 1, bank, 1230], [0, 2, user, 1230]], first
    again = client.post([top_up])["results"][0]
    assert again["repeated"] and again["frame"] == first["results"][0]["frame"], again
    changed = transaction("py-1", debit(bank, 1, "CNY"), credit(user, 1, "CNY"))
    floating = transaction("py-2", debit(bank, 1.5, "CNY"), credit(user, 1.5, "CNY"))
    short = transaction(b"\x01" * 16, debit(user, 9999, "CNY"), credit(bank, 9999, "CNY"))
    by_key = transaction(3, debit(["PY", "bank", "cash", "CNY"], 1, "CNY"), credit(user, 1, "CNY"))
    outcomes = [result["outcome"] for result in client.post([changed, floating, short, by_key])["results"]]
    assert outcomes == ["idempotency_conflict", "malformed", "insufficient_funds", "posted"], outcomes
    assert client.cancel("py-never")["outcome"] == "cancelled"


def check_compact(client, bank, user):
    results, after = client.post_transfers(156, [(100, bank, user, 5), (101, user, bank, 10**9)], balances=True)
    assert [result[2] for result in results] == [0, 21], results
    assert after == [(0, 1, bank, 1236), (0, 2, user, 1236)], after
    results, _ = client.post_transfers(156, [(100, bank, user, 5)])
    assert results[0][4], "the first result again"


def check_reads(client, user):
    account = client.balance(user)
    assert account["balance"] == 1236 and account["number"] == "U1", account
    assert client.balance(["PY", "U1", "cash", "CNY"]) == account
    lines = list(client.statement(user))
    assert [line["after"] for line in lines] == [1236, 1231, 1230], lines
    record = client.transaction("py-1")
    assert record["text_id"] == "py-1" and record["legs"][0]["number"] == "bank", record
    found = list(client.find(id="py-1", entity="PY", from_date="2026-11-22"))
    assert [one["frame"] for one in found] == [record["frame"]], found
    assert client.transaction(place=f"{record['frame']}/{record['ordinal']}") == record
    assert client.transaction(3)["text_id"] is None
    assert record["notes"] == {"type": "top_up"} and len(record["legs"]) == 2, record
    lines = client.trial_balance("PY")["lines"]
    assert [line["closing"] for line in lines] == [1236, 1236], lines
    assert all(line["closing"] == line["accounts_total"] for line in lines), lines
    assert len(list(client.accounts(limit=1))) == 2
    kept = {"entity": "PY", "subject": "2203", "owner": "customer", "account_state": 1, "payment_state": 1, "number_prefix": "U"}
    assert [one["id"] for one in client.accounts(**kept)] == [user]
    assert not list(client.accounts(**kept, customer="C-1"))
    assert client.transaction("py-1", client=record["client"]) == record
    of_day = {"entity": "PY", "from_date": "2026-11-22", "to_date": "2026-11-22"}
    assert [one["outcome"] for one in client.find(**of_day, limit=2)] == ["posted"] * 3
    refused_too = [one["outcome"] for one in client.find(**of_day, outcomes="all", client=record["client"], limit=2)]
    assert refused_too.count("insufficient_funds") == 2 and refused_too.count("posted") == 3, refused_too
    assert client.status()["accounts"] == 2


def posted(client, one):
    result = client.post([one])["results"][0]
    assert result["outcome"] == "posted", (one, result)
    return result


def check_deeds(client, bank, user):
    take = debit(user, "1.00", "CNY"), credit(bank, "1.00", "CNY")
    give = debit(bank, "1.00", "CNY"), credit(user, "1.00", "CNY")
    before = client.balance(user)["balance"]
    posted(client, freeze("py-hold", user, "3.00", "CNY", kind="judicial", authority="court"))
    posted(client, raise_("py-raise", "py-hold", "2.00", "CNY", authority="court", expires_us=2**62))
    hold, = client.holds(user, limit=1)
    assert (hold["amount"], hold["remaining"], hold["expires_us"]) == (500, 500, 2**62), hold
    posted(client, unfreeze("py-release", "py-hold", amount=300, authority="court"))
    posted(client, consume("py-consume", "py-hold", "1.00", "CNY", *take, authority="court"))
    hold, = client.holds(user, limit=1)
    assert (hold["kind"], hold["amount"], hold["remaining"]) == ("judicial", 500, 100), hold
    posted(client, reverse("py-undo", "py-consume"))
    again = client.post([reverse("py-undo-2", "py-consume")])["results"][0]
    assert again["outcome"] == "already_reversed", again
    posted(client, unfreeze("py-release-2", "py-hold", authority="court"))
    original = posted(client, transaction("py-pay", *take))
    posted(client, refund("py-refund", "py-pay", *give, place=f"{original['frame']}/{original['ordinal']}"))
    posted(client, try_("py-try", *take))
    posted(client, confirm("py-confirm", "py-try"))
    posted(client, reverse("py-undo-3", "py-confirm"))
    posted(client, try_("py-try-2", *take))
    posted(client, cancel_try("py-cancel", "py-try-2"))
    account = client.balance(user)
    assert (account["balance"], account["frozen"]) == (before, 0), account
    assert client.transaction("py-undo")["action"] == "reverse"


def check_fields_of_deeds(client, bank, user):
    """What an action's transaction has besides the action comes back as it was given, for every action."""
    take = debit(user, 10, "CNY"), credit(bank, 10, "CNY")
    give = debit(bank, 10, "CNY"), credit(user, 10, "CNY")
    notes = {"type": "fee", "reference": "case 12", "tags": "a", "operator": "ann", "approval": "bob", "reason": "order",
             "visibility": "operations", "counterparty": "court"}
    fields = {**notes, "time": int(time.time()), "value_date": "2026-11-20", "accounting_date": "2026-11-22"}
    actions = [
        ("freeze", freeze("pf-1", user, 30, "CNY", kind="judicial", authority="court", **fields)),
        ("consume", consume("pf-2", "pf-1", 10, "CNY", *take, authority="court", forced=True, **fields)),
        ("raise", raise_("pf-15", "pf-1", 10, "CNY", authority="court", **fields)),
        ("unfreeze", unfreeze("pf-3", "pf-1", authority="court", **fields)),
        ("reverse", reverse("pf-4", "pf-2", forced=True, **fields)),
        ("post", transaction("pf-5", *take, **fields)),
        ("refund", refund("pf-6", "pf-5", *give, **fields)),
        ("try", try_("pf-7", *take, **fields)),
        ("confirm", confirm("pf-8", "pf-7", **fields)),
        ("try", try_("pf-9", *take, **fields)),
        ("cancel_try", cancel_try("pf-10", "pf-9", **fields)),
        ("unfreeze", unfreeze("pf-11", "pf-1", authority="court", **fields)),
        ("reverse", reverse("pf-12", "pf-8", **fields)),
    ]
    for action, one in actions:
        posted(client, one)
        record = client.transaction(one["id"])
        found = record["action"], record["notes"], record["value_date"], record["accounting_date"]
        assert found == (action, notes, "2026-11-20", "2026-11-22"), (one, record)
    late = client.post([freeze("pf-13", user, 1, "CNY", accounting_date="2026-11-21")])["results"][0]
    assert late["outcome"] == "date_closed", late
    old = client.post([try_("pf-14", *take, time=1)])["results"][0]
    assert old["outcome"] == "too_old", old


def check_history(client, bank, user):
    assert set(OPERATIONS.values()) >= set(range(48, 61))
    chart = client.chart("PY")
    assert [subject["code"] for subject in chart["subjects"]] == ["10020101", "220301"], chart
    assert [mapped["subject"] for mapped in chart["mappings"]] == ["220301"], chart
    ledger = client.general_ledger("PY", "2026-11-22", "2026-11-23")
    now = client.balance(user)["balance"]
    assert ledger["dates"] == ["2026-11-22", "2026-11-23"] and ledger["lines"][1]["closing"] == now, ledger
    assert client.balance_at(user, date="2026-11-22")["balance"] == now
    whole = list(client.statement(user))
    assert list(client.statement(user, limit=2)) == whole and len(whole) > 2
    first = list(client.statement(user, order="oldest_first", from_date="2026-11-22", to_date="2026-11-22"))
    assert first == whole[::-1], first
    rows = list(client.register(user, limit=1))
    assert rows == list(client.register(user)) and len(rows) > 1, rows
    assert ["py", "check"] in [[row["notes"].get("operator"), row["notes"].get("reason")] for row in rows], rows
    assert list(client.register(entity="PY", from_date="2026-11-22", to_date="2026-11-23", limit=2))
    assert list(client.register(from_date=0)) == list(client.register())
    assert len(list(client.find(reference="case 12", limit=2))) == 13
    refused("malformed", lambda: list(client.entry(user, whole[0]["position"])))


def check_changes(client, user):
    client.set_reserve(user, "1.00", "CNY", operator="py", reason="check")
    client.set_limits(user, transaction_limit="5.00", day_limit=1000, currency="CNY")
    account = client.balance(user)
    assert (account["withholding"], account["transaction_limit"], account["day_limit"]) == (100, 500, 1000), account
    client.set_limits(user, transaction_limit=None, day_limit=None, expected=account["last"])
    for change in [lambda at: client.set_limits(user, day_limit=1, expected=at), lambda at: client.set_reserve(user, 1, expected=at),
                   lambda at: client.set_state(user, payment_state=2, expected=at), lambda at: client.set_hot(user, False, expected=at)]:
        refused("version_conflict", lambda: change(account["last"]))
    client.set_reserve(user, 0, expected=client.balance(user)["last"])
    account = client.balance(user)
    assert (account["withholding"], account["transaction_limit"], account["day_limit"]) == (0, None, None), account
    client.map_customer(user, "C-1")
    client.map_type("PY", "deposit", "220301", "2026-11-22")
    client.set_booking_mode("PY", "top_up", "single_double", "2026-11-30", approval="7")
    refused("malformed", lambda: client.set_booking_mode("PY", "top_up", "triple", "2026-11-30"))
    refused("malformed", lambda: client.set_fee_rules("PY", "no rules", "2026-11-30"))
    modes = client.chart("PY")["modes"]
    assert modes == [{"type": "top_up", "from": "2026-11-30", "mode": "single_double"}], modes
    assert [account["id"] for account in client.customer("PY", "C-1")] == [user]


def check_days_and_states(client, bank, user):
    client.close_day("PY", "2026-11-23")
    client.set_state(user, payment_state=2)
    client.set_hot(bank, True)
    assert client.balance(bank)["hot"]
    stopped = transaction("py-9", debit(bank, 1, "CNY"), credit(user, 1, "CNY"))
    assert client.post([stopped])["results"][0]["outcome"] == "payment_state"


def check_empty_names():
    for empty in [0, "", " ", "\u3000\t", "\u200b", b"", b"\0\0"]:
        for make in [transaction, lambda id: freeze(id, 1, 1, "CNY"), lambda id: unfreeze("free", id), lambda id: reverse("undo", id)]:
            try:
                make(empty)
            except ValueError:
                continue
            raise AssertionError(f"{empty!r} is taken for an id")
    assert transaction(" 7")["id"] == " 7"


def check_pipelining(client):
    tags = [client.send("ping", b"") for _ in range(100)]
    for tag in reversed(tags):
        client.receive(tag)


def check_tls(address, ca, certificate, key):
    trust = tls(ca, certificate, key)
    Client(address, "python", tls=trust, node_name="ledger.test").close()
    refused("not_authenticated", lambda: Client(address, "other", tls=trust))
    for context, name in [(tls(ca), None), (trust, "other.test"), (ssl.create_default_context(), None)]:
        try:
            Client(address, "python", tls=context, node_name=name)
        except OSError:
            continue
        raise AssertionError("let in without a certificate, or to a node that is not trusted")


def main(address, *files):
    if files:
        check_tls(address, *files)
    with Client(address, "python", tls=tls(*files) if files else None) as client:
        client.ping()
        bank, user = open_books(client)
        check_posts(client, bank, user)
        check_compact(client, bank, user)
        check_reads(client, user)
        check_deeds(client, bank, user)
        check_fields_of_deeds(client, bank, user)
        check_changes(client, user)
        check_days_and_states(client, bank, user)
        check_history(client, bank, user)
        check_pipelining(client)
        check_empty_names()
        refused("unknown_account", lambda: client.balance(10**6))
        refused("malformed", lambda: client.ask("balance", account=[1]))
    print("python client: all checks passed")


if __name__ == "__main__":
    main(*sys.argv[1:])
