"""A small client for a Longmen node, written from docs/PROTOCOL.md alone.

    with Client("127.0.0.1:7440", "shop") as client:
        client.open_entity("LM", "2026-11-22")
        legs = debit(1, "12.30", "CNY"), credit(2, "12.30", "CNY")
        result = client.post([transaction("order-17", *legs, time=int(time.time()))])

With a reason for each question (roles may demand one): client.reason = "court order 17".

By TLS: Client("ledger.example:7440", "shop", tls=tls("ca.pem", "shop.pem", "shop.key")).

Needs msgpack. Amounts are integers in the currency's minor unit, or decimal strings ("12.30"), never floats.
"""

import itertools
import socket
import ssl
import struct

import msgpack

VERSION = 1
MESSAGE_PACK, COMPACT = 0, 1
ANSWER = 0x8000
# From here on operations are questions.
QUESTIONS = 48
MAX_ANSWER = 64 << 20
OPERATIONS = {
    "hello": 1, "ping": 2, "status": 3,
    "open_entity": 16, "open_subjects": 17, "open_accounts": 18, "set_state": 19, "set_hot": 20, "close_day": 21,
    "set_reserve": 22, "set_limits": 23, "map_customer": 24, "map_type": 25, "change_access": 26,
    "set_booking_mode": 27, "set_fee_rules": 28,
    "post": 32, "cancel": 33, "propose": 34, "approve": 35, "reject": 36, "withdraw": 37,
    "balance": 48, "accounts": 49, "statement": 50, "transaction": 51, "trial_balance": 52,
    "customer": 53, "holds": 54, "chart": 55, "general_ledger": 56, "balance_at": 57, "entry": 58, "register": 59,
    "find": 60, "proposals": 61, "fee_rules": 62,
}
# What a transaction has besides its id, legs and action.
FIELDS = {
    "time", "value_date", "type", "reference", "tags", "operator", "approval", "reason", "accounting_date", "visibility",
    "counterparty",
}
RETRY = {"busy", "out_of_disk", "shutting_down"}


class Refused(Exception):
    """The node's coded no."""

    def __init__(self, code, message=None):
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message

    @property
    def may_retry(self):
        """Whether nothing was done and the same request, with the same id, may be sent again."""
        return self.code in RETRY


def debit(account, amount, currency):
    return {"account": account, "side": "debit", "amount": amount, "currency": currency}


def credit(account, amount, currency):
    return {"account": account, "side": "credit", "amount": amount, "currency": currency}


def named(id):
    """An id. Neither 0 nor one of which nothing can be seen is any: a variable that was never set would name one transaction
    for ever."""
    if isinstance(id, str):
        is_empty = not any(letter.isprintable() and not letter.isspace() for letter in id)
    else:
        is_empty = not id or isinstance(id, (bytes, bytearray)) and not any(id)
    if is_empty:
        raise ValueError("a transaction's id is empty")
    return id


def transaction(id, *legs, **fields):
    """A transaction; `fields` are time (when it was sent first, in seconds since 1970: store it with the id, and give the same
    in every retry; without it a new id is refused by a ledger that is older than its window), value_date, type, reference, tags, operator, approval, reason, accounting_date,
    visibility, counterparty."""
    return {"id": named(id), "legs": list(legs), **fields}


def action(id, name, given, legs=(), **own):
    """A transaction with an action. Of what is `given`, the fields of a transaction (see `transaction`) stand beside the action,
    all others in it."""
    beside = {field: value for field, value in given.items() if field in FIELDS}
    inside = {field: value for field, value in given.items() if field not in FIELDS}
    if legs:
        beside["legs"] = list(legs)
    return {"id": named(id), **beside, name: {**own, **inside}}


# Each of the next ones takes the fields of a transaction, too: freeze("hold-1", 7, "3.00", "CNY", kind="judicial",
# time=1790000000, reference="case 12").


def freeze(id, account, amount, currency, **terms):
    """Opens a hold of this id; `terms` are kind, authority, expires_us."""
    return action(id, "freeze", terms, account=account, amount=amount, currency=currency)


def unfreeze(id, hold, **terms):
    """Releases a hold; `terms` are client, amount (if absent, all that remains) with its currency, authority."""
    return action(id, "unfreeze", terms, hold=named(hold))


def raise_(id, hold, amount, currency, **terms):
    """Adds to a hold; `terms` are client, authority, expires_us (if absent, it expires as before)."""
    return action(id, "raise", terms, hold=named(hold), amount=amount, currency=currency)


def consume(id, hold, amount, currency, *legs, **terms):
    """Spends part of a hold by these legs; `terms` are client, authority, forced (with an approval)."""
    return action(id, "consume", terms, legs, hold=named(hold), amount=amount, currency=currency)


def reverse(id, original, **naming):
    """Undoes an original; `naming` are client, place, forced (with an approval)."""
    return action(id, "reverse", naming, original=named(original))


def charge(id, amount, currency, payer, payee=None, shares=None, **terms):
    """A gross amount, of which the rules of the payer's entity make the legs: the answer has them in `legs`. `shares` are the accounts of
    who has a share, by name; `terms` are channel, merchant."""
    shares = [[to, account] for to, account in shares.items()] if shares else None
    return action(id, "charge", terms, amount=amount, currency=currency, payer=payer, payee=payee, shares=shares)


def refund(id, original, *legs, **naming):
    """Gives back part of an original by these legs; `naming` are client, place. Of what was charged, by an amount and its currency
    instead of legs."""
    return action(id, "refund", naming, legs, original=named(original))


def try_(id, *legs, **terms):
    """Holds what these legs take; `terms` are expires_us."""
    return action(id, "try", terms, legs)


def confirm(id, original, **naming):
    """Posts the legs of a try; `naming` are client, place."""
    return action(id, "confirm", naming, original=named(original))


def cancel_try(id, original, **naming):
    """Releases what a try holds; `naming` are client, place."""
    return action(id, "cancel_try", naming, original=named(original))


def outcome(answer):
    """The payload of [status, payload] or [status, payload, message], or Refused."""
    if answer[0] != "ok":
        raise Refused(answer[0], answer[2] if len(answer) > 2 else None)
    return answer[1]


def tls(ca, certificate=None, key=None):
    """What TLS needs: the file of the authorities that are trusted, and no others; where the node asks for it, the client's
    certificate and its key."""
    context = ssl.create_default_context(cafile=ca)
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


class Client:
    """A connection. `ask` waits for its answer; `send` and `receive` pipeline. `tls` is what the function of that name gives;
    `node_name` the name in the node's certificate, if not the host of its address."""

    def __init__(self, address, name, token=None, tls=None, node_name=None):
        host, port = address.rsplit(":", 1)
        host = host.strip("[]")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=node_name or host)
        self.tags = itertools.count(1)
        self.early = {}
        self.reason = None
        self.welcome = self.ask("hello", name=name, token=token)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # Frames

    def send(self, operation, body, format=MESSAGE_PACK):
        """Sends a request and gives its tag."""
        tag = next(self.tags)
        header = struct.pack("<IBBHQ", 12 + len(body), VERSION, format, OPERATIONS[operation], tag)
        self.socket.sendall(header + body)
        return tag

    def receive(self, tag):
        """The body of the answer with this tag, whatever comes before it."""
        while tag not in self.early:
            length, version, _, operation, answered = struct.unpack("<IBBHQ", self._read(16))
            if version != VERSION or not 12 <= length <= 12 + MAX_ANSWER:
                raise ConnectionError("what came is no frame")
            body = self._read(length - 12)
            if operation == ANSWER:
                outcome(msgpack.unpackb(body))
            self.early[answered] = body
        return self.early.pop(tag)

    def _read(self, length):
        chunks = bytearray()
        while len(chunks) < length:
            chunk = self.socket.recv(length - len(chunks))
            if not chunk:
                raise ConnectionError("the node closed the connection")
            chunks += chunk
        return bytes(chunks)

    def ask(self, operation, **fields):
        """Asks in MessagePack and gives the payload, or raises Refused."""
        if OPERATIONS[operation] >= QUESTIONS or operation == "status":
            fields.setdefault("reason", self.reason)
        return self.send_and_wait(operation, {name: value for name, value in fields.items() if value is not None})

    def send_and_wait(self, operation, body):
        """The same with a body as it is."""
        return outcome(msgpack.unpackb(self.receive(self.send(operation, msgpack.packb(body)))))

    # Operations

    def ping(self):
        self.ask("ping")

    def status(self):
        return self.ask("status")

    def open_entity(self, code, start, year_starts=None):
        asked = self.ask("open_entity", code=code, start=start, year_starts=year_starts)
        return outcome(asked["results"][0])

    def open_subjects(self, entity, subjects):
        return self.ask("open_subjects", entity=entity, subjects=subjects)["results"]

    def open_accounts(self, accounts):
        return self.ask("open_accounts", accounts=accounts)["results"]

    # In the next ones `register` are operator, approval, reason, and where they change an account `expected`: its `last` as
    # it was seen, so that whatever has moved it since refuses the change.

    def set_state(self, account, account_state=None, payment_state=None, **register):
        self.ask("set_state", account=account, account_state=account_state, payment_state=payment_state, **register)

    def set_hot(self, account, hot, **register):
        self.ask("set_hot", account=account, hot=hot, **register)

    def close_day(self, entity, next, carry_forward=None, forced=None, **register):
        """`forced`: to a date far ahead, with an approval."""
        self.ask("close_day", entity=entity, next=next, carry_forward=carry_forward, forced=forced, **register)

    def set_reserve(self, account, amount, currency=None, **register):
        self.ask("set_reserve", account=account, amount=amount, currency=currency, **register)

    def set_limits(self, account, **limits):
        """`limits` are overdraft_limit, credit_limit, transaction_limit, day_limit, currency, the register and `expected`. What is
        absent stays; a limit that is None is taken away."""
        self.send_and_wait("set_limits", {"account": account, **limits})

    def map_customer(self, account, customer, **register):
        self.ask("map_customer", account=account, customer=customer, **register)

    def map_type(self, entity, type, subject, from_date, **register):
        self.ask("map_type", **{"entity": entity, "type": type, "subject": subject, "from": from_date}, **register)

    def set_booking_mode(self, entity, type, mode, from_date, **register):
        """How transactions of a type are booked from a date on: `double`, `single_double` or `single`."""
        self.ask("set_booking_mode", **{"entity": entity, "type": type, "mode": mode, "from": from_date}, **register)

    def set_fee_rules(self, entity, file, from_date, **register):
        """Sets the rules for fees and splits, the text of a whole file, from a date on."""
        self.ask("set_fee_rules", **{"entity": entity, "file": file, "from": from_date}, **register)

    def change_access(self, digest, **register):
        """Which access file holds from now on, by its digest."""
        self.ask("change_access", digest=digest, **register)

    def propose(self, id, operation, expires_us=None, at_once=False, **request):
        """Proposes a request that takes a second principal: an operation by its name, with the fields of its body. The proposal;
        where it is done at once, what the operation itself answers."""
        body = msgpack.packb({name: value for name, value in request.items() if value is not None})
        fields = {"id": id, "operation": OPERATIONS[operation], "request": body, "at_once": at_once}
        if expires_us is not None:
            fields["expires_us"] = expires_us
        return self.send_and_wait("propose", fields)

    def approve(self, proposal, digest, reason=None):
        """Approves what another proposed, as it was read: its digest says so. What the operation itself answers."""
        return self.ask("approve", proposal=proposal, digest=digest, reason=reason)

    def reject(self, proposal, reason=None):
        self.ask("reject", proposal=proposal, reason=reason)

    def withdraw(self, proposal, reason=None):
        self.ask("withdraw", proposal=proposal, reason=reason)

    def proposals(self, open=True, account=None, limit=None):
        """Proposals, page by page: those that nobody has decided about, or all."""
        for page in self._pages("proposals", "after", open=open, account=account, limit=limit):
            yield from page["proposals"]

    def customer(self, entity, customer):
        found = self.ask("customer", entity=entity, customer=customer)["accounts"]
        return [outcome(account) for account in found]

    def holds(self, account=None, limit=None):
        """All holds of an account, or all open ones, page by page."""
        for page in self._pages("holds", "after", account=account, limit=limit):
            yield from page["holds"]

    def post(self, transactions, balances=False):
        return self.ask("post", transactions=transactions, balances=balances)

    def cancel(self, id, time=None):
        """`time`: when it was asked for first, as in a transaction."""
        return self.ask("cancel", id=named(id), time=time)["results"][0]

    def balance(self, account):
        return outcome(self.ask("balance", accounts=[account])["accounts"][0])

    def accounts(self, limit=None, **filters):
        """All accounts in order of opening, page by page; `filters` are entity, subject (what its code begins with), owner,
        account_state, payment_state, number_prefix and customer, any of them together."""
        for page in self._pages("accounts", "after", limit=limit, **filters):
            yield from (outcome(found) for found in page["accounts"])

    def statement(self, account, **terms):
        """All lines, newest first if the terms do not say otherwise, page by page; `terms` are limit (of a page), by, order,
        visible_to, holds, legs, totals, and from_date and to_date: dates, or by time microseconds since 1970."""
        for page in self._pages("statement", "before", account=account, **terms):
            yield from page["lines"]

    def entry(self, account, position, limit=None):
        """The legs of a merged entry, page by page."""
        for page in self._pages("entry", "from", account=account, position=position, limit=limit):
            yield from page["lines"]

    def balance_at(self, account, date=None, time_us=None, value_date=None):
        """What the account had at the end of one of these."""
        return self.ask("balance_at", account=account, date=date, time_us=time_us, value_date=value_date)

    def register(self, account=None, entity=None, from_date=None, to_date=None, limit=None):
        """Who changed what, page by page: of an account, or of what has none. Dates (without an account those of
        `entity`), or frames as integers."""
        terms = {"account": account, "entity": entity, "from_date": from_date, "to_date": to_date, "limit": limit}
        for page in self._pages("register", "after", **terms):
            yield from page["rows"]

    def transaction(self, id=None, place=None, client=None):
        """One of this client by its id, or of the client with a number, or whoever's lies at a place, `frame/ordinal`."""
        return self.ask("transaction", id=id, place=place, client=client)

    def find(self, reference=None, id=None, entity=None, limit=None, **terms):
        """Transactions of any client, page by page: by reference, by id, or all of the accounting dates `from_date` to
        `to_date` of an entity. `terms` are these, client (a number), outcomes (done, refused or all) and legs (True: with
        their legs on accounts of the entity)."""
        for page in self._pages("find", "after", reference=reference, id=id, entity=entity, limit=limit, **terms):
            yield from page["transactions"]

    def fee_rules(self, entity, before=None):
        """The newest files of rules for fees and splits of an entity, or those before the file of a number."""
        return self.ask("fee_rules", entity=entity, before=before)

    def chart(self, entity):
        """The subjects of an entity, and the mappings of types."""
        return self.ask("chart", entity=entity)

    def general_ledger(self, entity, from_date=None, to_date=None):
        return self.ask("general_ledger", **{"entity": entity, "from": from_date, "to": to_date})

    def _pages(self, operation, place, from_date=None, to_date=None, **terms):
        """The pages of a list: each begins at the `next` of the one before, which goes into the field `place`."""
        ends = {"from": from_date, "to": to_date}
        begin = {}
        while True:
            page = self.ask(operation, **terms, **{**{name: at for name, at in ends.items() if at is not None}, **begin})
            yield page
            if page["next"] is None:
                return
            begin = {place: page["next"]}

    def trial_balance(self, entity=""):
        return self.ask("trial_balance", entity=entity)

    def post_transfers(self, currency, transfers, balances=False, time=0):
        """Posts (id, debit, credit, amount) in the compact format; `currency` is the number of ISO 4217, `time` as in a
        transaction.

        Gives (results, balances): results are (frame, ordinal, rejection, step, repeated), balances
        (transaction, step, account, balance).
        """
        body = struct.pack("<BBHIII", 1, int(balances), currency, len(transfers), time, 0)
        body += b"".join(
            named(id).to_bytes(16, "little") + struct.pack("<QQQ", debited, credited, amount)
            for id, debited, credited, amount in transfers
        )
        answer = self.receive(self.send("post", body, COMPACT))
        status, flags, count = struct.unpack_from("<HHI", answer)
        if status:
            raise Refused(f"rejection {status}")
        results = []
        for frame, ordinal, rejection, step in struct.iter_unpack("<QIHH", answer[8 : 8 + 16 * count]):
            results.append((frame, ordinal, rejection, step & 0x7FFF, step >= 0x8000))
        rest = answer[8 + 16 * count + 8 :] if flags & 1 else b""
        after = [
            (index, step, account, int.from_bytes(balance, "little", signed=True))
            for index, step, _, account, balance in struct.iter_unpack("<IHHQ16s", rest)
        ]
        return results, after
