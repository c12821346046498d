"""A small client for a Longmen node, written from docs/PROTOCOL.md alone.

    with Client("127.0.0.1:7440", "shop") as client:
        client.open_entity("LM", "2026-11-22")
        result = client.post([transaction("order-17", debit(1, "12.30", "CNY"), credit(2, "12.30", "CNY"))])

Needs msgpack. Amounts are integers in the currency's minor unit, or decimal strings ("12.30"), never floats.
"""

import itertools
import socket
import struct

import msgpack

VERSION = 1
MESSAGE_PACK, COMPACT = 0, 1
ANSWER = 0x8000
MAX_ANSWER = 64 << 20
OPERATIONS = {
    "hello": 1, "ping": 2, "status": 3,
    "open_entity": 16, "open_subjects": 17, "open_accounts": 18, "set_state": 19, "set_hot": 20, "close_day": 21,
    "post": 32, "cancel": 33,
    "balance": 48, "accounts": 49, "statement": 50, "transaction": 51, "trial_balance": 52,
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


def transaction(id, *legs, **fields):
    """A transaction; `fields` are time, value_date, type, reference, tags, operator, approval, reason."""
    return {"id": id, "legs": list(legs), **fields}


def outcome(answer):
    """The payload of [status, payload] or [status, payload, message], or Refused."""
    if answer[0] != "ok":
        raise Refused(answer[0], answer[2] if len(answer) > 2 else None)
    return answer[1]


class Client:
    """A connection. `ask` waits for its answer; `send` and `receive` pipeline."""

    def __init__(self, address, name, token=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host.strip("[]"), int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tags = itertools.count(1)
        self.early = {}
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
        body = msgpack.packb({name: value for name, value in fields.items() if value is not None})
        return outcome(msgpack.unpackb(self.receive(self.send(operation, body))))

    # Operations

    def ping(self):
        self.ask("ping")

    def status(self):
        return self.ask("status")

    def open_entity(self, code, start):
        return outcome(self.ask("open_entity", code=code, start=start)["results"][0])

    def open_subjects(self, entity, subjects):
        return self.ask("open_subjects", entity=entity, subjects=subjects)["results"]

    def open_accounts(self, accounts):
        return self.ask("open_accounts", accounts=accounts)["results"]

    def set_state(self, account, account_state=None, payment_state=None):
        self.ask("set_state", account=account, account_state=account_state, payment_state=payment_state)

    def set_hot(self, account, hot):
        self.ask("set_hot", account=account, hot=hot)

    def close_day(self, entity, next):
        self.ask("close_day", entity=entity, next=next)

    def post(self, transactions, balances=False):
        return self.ask("post", transactions=transactions, balances=balances)

    def cancel(self, id, time=None):
        return self.ask("cancel", id=id, time=time)["results"][0]

    def balance(self, account):
        return outcome(self.ask("balance", accounts=[account])["accounts"][0])

    def accounts(self, after=0, limit=None):
        return [outcome(found) for found in self.ask("accounts", after=after, limit=limit)["accounts"]]

    def statement(self, account):
        """All lines, newest first, page by page."""
        before = None
        while True:
            page = self.ask("statement", account=account, before=before)
            yield from page["lines"]
            before = page["next"]
            if before is None:
                return

    def transaction(self, id):
        return self.ask("transaction", id=id)

    def trial_balance(self, entity=""):
        return self.ask("trial_balance", entity=entity)

    def post_transfers(self, currency, transfers, balances=False, time=0):
        """Posts (id, debit, credit, amount) in the compact format; `currency` is the number of ISO 4217.

        Gives (results, balances): results are (frame, ordinal, rejection, step, repeated), balances
        (transaction, step, account, balance).
        """
        body = struct.pack("<BBHIII", 1, int(balances), currency, len(transfers), time, 0)
        body += b"".join(
            id.to_bytes(16, "little") + struct.pack("<QQQ", debited, credited, amount)
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
