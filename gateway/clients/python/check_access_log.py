"""Checks the chain of an access log (查询日志), written from docs/SECURITY.md alone.

    check_access_log.py FILE...

The files in their order. Prints the last record's number and hash, or names the first line that does not hold and ends with 1. Needs
no package: BLAKE3 is below.
"""

import json
import sys

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
DIAGONALS = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MASK = 0xFFFFFFFF


def mix(state, a, b, c, d, x, y):
    for word, turns in ((x, (16, 12)), (y, (8, 7))):
        state[a] = (state[a] + state[b] + word) & MASK
        state[d] = rotated(state[d] ^ state[a], turns[0])
        state[c] = (state[c] + state[d]) & MASK
        state[b] = rotated(state[b] ^ state[c], turns[1])


def rotated(word, by):
    return (word >> by | word << (32 - by)) & MASK


def compress(chaining, block, counter, flags):
    """The eight words that a block of at most 64 bytes comes to."""
    padded = block.ljust(64, b"\0")
    words = [int.from_bytes(padded[at : at + 4], "little") for at in range(0, 64, 4)]
    state = [*chaining, *IV[:4], counter & MASK, counter >> 32, len(block), flags]
    for _ in range(7):
        for at, places in enumerate(COLUMNS + DIAGONALS):
            mix(state, *places, words[2 * at], words[2 * at + 1])
        words = [words[at] for at in ORDER]
    return [state[at] ^ state[at + 8] for at in range(8)]


def chunk(data, number, flags):
    chaining = IV
    blocks = [data[at : at + 64] for at in range(0, len(data), 64)] or [b""]
    for at, block in enumerate(blocks):
        first = CHUNK_START if at == 0 else 0
        last = CHUNK_END | flags if at == len(blocks) - 1 else 0
        chaining = compress(chaining, block, number, first | last)
    return chaining


def tree(data, number, flags):
    if len(data) <= 1024:
        return chunk(data, number, flags)
    left = 1024
    while left * 2 < len(data):
        left *= 2
    both = tree(data[:left], number, 0) + tree(data[left:], number + left // 1024, 0)
    return compress(IV, b"".join(word.to_bytes(4, "little") for word in both), 0, PARENT | flags)


def blake3(data):
    return b"".join(word.to_bytes(4, "little") for word in tree(data, 0, ROOT)).hex()


class Broken(Exception):
    pass


def check(files):
    """The number and the hash of the last record; raises Broken where something does not hold."""
    seq, head = None, None
    for name in files:
        with open(name, "rb") as file:
            lines = file.read().split(b"\n")
        # Behind the last end of line stands nothing, or a line that is not whole.
        for number, line in enumerate(lines[:-1], 1):
            body, mark, rest = line.rpartition(b',"hash":"')
            try:
                record = json.loads(line)
            except ValueError:
                raise Broken(f"{name}, line {number}: no record")
            if number == 1 and seq is None:
                seq, head = record["seq"] - 1, record["after"]
            if number == 1 and (record.get("event") != "opened" or record["after"] != head):
                raise Broken(f"{name}, line 1: it does not go on where the file before ends")
            if record["seq"] != seq + 1:
                raise Broken(f"{name}, line {number}: record {record['seq']} where {seq + 1} belongs")
            found = blake3(head.encode() + body)
            if not mark or rest != found.encode() + b'"}':
                raise Broken(f"{name}, line {number}: record {record['seq']} does not carry its hash")
            seq, head = record["seq"], found
    return seq, head


def main():
    assert blake3(b"") == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    try:
        print(*check(sys.argv[1:]))
    except Broken as broken:
        sys.exit(str(broken))


if __name__ == "__main__":
    main()
