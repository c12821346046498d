"""Makes the ledgers here with a build of the commit that they are named after:

    python3 make.py LONGMEN CLOCK.so OUT    (with gateway/clients/python in PYTHONPATH)

LONGMEN takes generations of 16 ids (`--known-ids`, whose lower bound is lifted for this). CLOCK.so is loaded before the
node and adds the days in the file that CLOCK_DAYS names to the system's time. What each ledger holds is told where it is
posted; much of it is what later versions refuse, and have to go on reading.
"""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

from longmen import (
    Client, Refused, cancel_try, confirm, consume, credit, debit, freeze, refund, reverse, transaction, try_, unfreeze,
)

PAGE = 4096


class Node:
    """A served data directory."""

    def __init__(self, program, data, clock=None, days=0, known_ids=16, shards=1):
        environment = dict(os.environ)
        if clock:
            self.days = data + ".days"
            self.set_days(days)
            environment |= {"LD_PRELOAD": clock, "CLOCK_DAYS": self.days}
        command = [program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--segment-size", str(4 << 20)]
        command += ["--snapshot-bytes", "1000", "--known-ids", str(known_ids), "--shards", str(shards)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        self.address = self.process.stdout.readline().decode().removeprefix("listening on ").strip()

    def set_days(self, days):
        with open(self.days, "w") as file:
            file.write(str(days))

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait()


def outcome(client, one):
    return client.post([one])["results"][0]["outcome"]


def must(client, *ones, be="posted"):
    """Posts each alone; they must come to this."""
    for one in ones:
        assert (found := outcome(client, one)) == be, (one, found)


def open_books(client, entity, start):
    client.open_entity(entity, start)
    subject = lambda code, name, kind, normal, leaf=True: {
        "code": code, "name": name, "class": kind, "normal": normal, "leaf": leaf}
    opened = client.open_subjects(entity, [
        subject("1002", "银行存款", "asset", "debit", False), subject("10020101", "备付金", "asset", "debit"),
        subject("220301", "用户余额", "liability", "credit"), subject("220302", "应付商户款", "liability", "credit"),
        subject("410301", "本年利润", "equity", "credit"), subject("602101", "手续费收入", "income", "credit"),
        subject("642107", "通道手续费支出", "expense", "debit"), subject("700101", "代保管", "off_balance", "debit"),
    ])
    assert all(status == "ok" for status, _ in opened), opened
    internal = {"owner": "internal", "may_go_negative": True}
    account = lambda number, subject, currency="CNY", **more: {
        "entity": entity, "number": number, "type": "cash", "currency": currency, "subject": subject,
        "owner": "customer", **more}
    accounts = [
        account("bank", "10020101", **internal), account("bank", "10020101", "USD", **internal),
        account("U1", "220301"), account("U2", "220301"), account("U3", "220301", customer="C-3"),
        account("U1", "220301", "USD"), account("shop", "220302", owner="merchant", hot=True),
        account("profit", "410301", **internal), account("fees", "602101", hot=True, **internal),
        account("costs", "642107", **internal), account("kept", "700101", **internal),
    ]
    opened = client.open_accounts(accounts)
    assert all(status == "ok" for status, _ in opened), opened
    return lambda number, currency="CNY": [entity, number, "cash", currency]


def move(id, take, give, amount, currency="CNY", **fields):
    return transaction(id, debit(take, amount, currency), credit(give, amount, currency), **fields)


def everyday(client):
    """What later versions take as well: payments, holds, tries, reversals, refunds, hot accounts, dates, settings."""
    of = open_books(client, "LM", "2026-11-20")
    bank, u1, u2, u3, shop, fees, costs = map(of, ["bank", "U1", "U2", "U3", "shop", "fees", "costs"])
    must(client, move("top-up-1", bank, u1, "1000.00", type="top_up", reference="wire 17"), move(17, bank, u2, "500.00"),
         move(b"\x11" * 16, bank, u3, "80.00"), move("usd", of("bank", "USD"), of("U1", "USD"), "7.50", "USD"),
         transaction("off", debit(of("kept"), 5, "CNY")))
    must(client, move("early", bank, u1, 1, accounting_date="2026-11-21"), be="date_closed")
    must(client, move("short", u3, u1, "80.01"), be="insufficient_funds")
    pay = [debit(u1, "40.00", "CNY"), credit(shop, "39.76", "CNY"), credit(fees, "0.24", "CNY")]
    must(client, transaction("pay-1", *pay, type="payment", tags="a,b", operator="ann", counterparty="shop",
                             visibility="operations"),
         transaction("pay-2", *pay, value_date="2026-11-18"), transaction("pay-3", *pay),
         move("cost", costs, bank, "0.10"))
    must(client, freeze("F1", u1, "100.00", "CNY"), freeze("F2", u2, "50.00", "CNY", kind="judicial", authority="court"),
         unfreeze("rel", "F1", amount="10.00", currency="CNY"),
         consume("spend", "F1", "15.00", "CNY", debit(u1, "15.00", "CNY"), credit(shop, "15.00", "CNY")),
         reverse("undo-spend", "spend"), unfreeze("rel-2", "F2", authority="court"),
         freeze("F3", shop, "20.00", "CNY"), freeze("F4", u2, "30.00", "CNY", expires_us=4_102_444_800_000_000))
    must(client, try_("T1", *pay), try_("T2", *pay), try_("T3", *pay, expires_us=4_102_444_800_000_000))
    must(client, confirm("T1-yes", "T1"), cancel_try("T2-no", "T2"))
    assert client.cancel("never-seen")["outcome"] == "cancelled"
    must(client, refund("back-1", "pay-1", debit(shop, "9.94", "CNY"), debit(fees, "0.06", "CNY"), credit(u1, "10.00", "CNY")),
         reverse("undo-2", "pay-2"))
    must(client, reverse("undo-2-again", "pay-2"), be="already_reversed")
    client.set_state(u3, payment_state=0, operator="ann", approval="AP-1", reason="risk")
    must(client, move("stopped", u3, u1, 1), be="payment_state")
    client.set_limits(u2, transaction_limit="300.00", day_limit="400.00", currency="CNY")
    client.set_reserve(u2, "1.00", "CNY")
    client.map_customer(u1, "C-1")
    client.map_type("LM", "deposit", "220301", "2026-11-20")
    client.set_hot(u1, True)
    must(client, move("hot-1", bank, u1, 300), move("hot-2", u1, shop, 200))
    client.set_hot(u1, False)
    client.close_day("LM", "2026-11-29", operator="ann")
    must(client, reverse("undo-3", "pay-3"))
    transfers = [(1 << 64 | n, client.balance(bank)["id"], client.balance(u2)["id"], 1 + n) for n in range(150)]
    for at in range(0, 150, 25):
        results, _ = client.post_transfers(156, transfers[at : at + 25])
        assert all(result[2] == 0 for result in results)
    old = open_books(client, "OLD", "2025-12-30")
    must(client, move("old-fee", old("bank"), old("fees"), "5.00"), move("old-cost", old("costs"), old("bank"), "2.00"),
         move("old-up", old("bank"), old("U1"), "9.00"))
    client.close_day("OLD", "2025-12-31")
    client.close_day("OLD", "2026-01-01", carry_forward=old("profit"), approval="AP-2")
    must(client, reverse("blue", "old-fee"))


def wait_for_snapshot(data, count):
    while len([name for name in os.listdir(data) if name.startswith("snapshot-0")]) < count:
        time.sleep(0.1)


def refused_later(client, snapshot):
    """What later versions refuse. `snapshot` waits for one, in the midst of it."""
    of = open_books(client, "LAX", "2026-11-28")
    bank, u1, u2, u3, shop, fees, profit = map(of, ["bank", "U1", "U2", "U3", "shop", "fees", "profit"])
    must(client, move("l-up-1", bank, u1, "1000.00"), move("l-up-2", bank, u2, "1000.00"), move("l-up-3", bank, shop, "900.00"))
    # Refunds that take more, without end; and one that pays who never paid.
    must(client, move("l-pay", u1, shop, "100.00"), refund("l-r1", "l-pay", debit(u1, "100.00", "CNY"), credit(shop, "100.00", "CNY")),
         refund("l-r2", "l-pay", debit(shop, "200.00", "CNY"), credit(u1, "200.00", "CNY")), reverse("l-r3", "l-r1"))
    must(client, move("l-pay-2", u1, shop, "50.00"), refund("l-r4", "l-pay-2", debit(bank, "50.00", "CNY"), credit(u2, "50.00", "CNY")))
    # A consume below zero of an account that may not go there.
    must(client, move("l-u3", bank, u3, "100.00"), freeze("l-hold", u3, "100.00", "CNY"),
         reverse("l-forced", "l-u3", forced=True) | {"approval": "AP-3"},
         consume("l-spend", "l-hold", "100.00", "CNY", debit(u3, "100.00", "CNY"), credit(shop, "100.00", "CNY")))
    # A red reversal of an earlier date's payment that raises the day's limit.
    must(client, move("l-first", u2, shop, "100.00"))
    client.close_day("LAX", "2026-11-29")
    client.set_limits(u2, day_limit="100.00", currency="CNY")
    must(client, reverse("l-undo", "l-first"), move("l-day-1", u2, shop, "100.00"), move("l-day-2", u2, shop, "100.00"))
    # Ids that stand for nothing, and text that moves a terminal.
    must(client, move("", bank, u1, 1), move(b"\x00" * 4, bank, u1, 2))
    must(client, move(0, bank, u1, 3), be="idempotency_conflict")
    must(client, move("l-\x1b[2J\u202egpj", bank, u1, "1_000", reference="a\r\nb\x1b[31m", operator="\u202e"))
    snapshot()
    # A chart that contradicts itself.
    subject = lambda code, kind, normal: {"code": code, "name": "x", "class": kind, "normal": normal}
    client.open_subjects("LAX", [subject("22030101", "liability", "credit"), subject("100202", "income", "credit"), subject("0000", "asset", "debit")])
    client.open_accounts([{"entity": "LAX", "number": "V\x1b[1m1", "type": "", "currency": "CNY", "subject": "22030101", "owner": "customer"}])
    # Carried forward to a customer, and a date that a slip has ended.
    must(client, move("l-fee", bank, fees, "3.00"))
    client.close_day("LAX", "2026-11-30", carry_forward=u1)
    client.close_day("LAX", "2999-12-31")


def write_sparse(data, path):
    """All files but the lock in one: `[name length u16][name][size u64][runs u32]`, a run `[offset u64][length u32][bytes]`;
    what is in no run is zero."""
    out = bytearray()
    for name in sorted(os.listdir(data)):
        if name == "LOCK":
            continue
        with open(os.path.join(data, name), "rb") as file:
            bytes = file.read()
        runs = [(found.start(), found.group()) for found in re.finditer(rb"[^\0](?:\0{0,16}[^\0])*", bytes)]
        out += struct.pack("<H", len(name)) + name.encode() + struct.pack("<QI", len(bytes), len(runs))
        for offset, run in runs:
            out += struct.pack("<QI", offset, len(run)) + run
    with open(path, "wb") as file:
        file.write(out)


def expect(client, program, path, data, node):
    """Kills the node, and writes what its books had."""
    accounts = client.accounts(limit=1000)
    node.end(signal.SIGKILL)
    audit = subprocess.run([program, "verify", "--json", data], stdout=subprocess.PIPE)
    head = json.loads(audit.stdout)["head"] if audit.returncode == 0 else "-"
    with open(path, "w") as file:
        print("head", head, file=file)
        for account in accounts:
            print(account["id"], account["balance"], account["frozen"], account["available"], file=file)


def main(program, clock, out):
    with tempfile.TemporaryDirectory() as directory:
        data = os.path.join(directory, "books")
        node = Node(program, data)
        with Client(node.address, "shop") as client:
            everyday(client)
            wait_for_snapshot(data, 1)
        node.end(signal.SIGTERM)
        node = Node(program, data, shards=3)
        with Client(node.address, "shop") as client:
            refused_later(client, lambda: wait_for_snapshot(data, 2))
            expect(client, program, os.path.join(out, "books.txt"), data, node)
        write_sparse(data, os.path.join(out, "books.sparse"))
        print(sorted(os.listdir(data)))

    # The id `again` was posted, and five days later, when it was no longer known, once more by a client that gives no time.
    with tempfile.TemporaryDirectory() as directory:
        data = os.path.join(directory, "books")
        node = Node(program, data, clock)
        with Client(node.address, "shop") as client:
            of, next_id = open_books(client, "LM", "2026-11-29"), 1
            must(client, move("again", of("bank"), of("U1"), "100.00"))
            # Ids are forgotten by generations, with the next that leaves memory.
            for day in [0, 5, 5]:
                node.set_days(day)
                for _ in range(2):
                    batch = [move(id, of("bank"), of("U1"), 1) for id in range(next_id, next_id + 40)]
                    assert all(result["outcome"] == "posted" for result in client.post(batch)["results"])
                    next_id += 40
                    time.sleep(0.5)
            client.close_day("LM", "2026-11-30")
            before = client.balance(of("U1"))["balance"]
            must(client, move("again", of("bank"), of("U1"), "100.00"))
            assert client.balance(of("U1"))["balance"] == before + 10_000
            expect(client, program, os.path.join(out, "doubled.txt"), data, node)
        write_sparse(data, os.path.join(out, "doubled.sparse"))
        print(sorted(os.listdir(data)))


if __name__ == "__main__":
    main(*sys.argv[1:])
