"""Packs a data directory, with what the build that wrote it says of it:

    python3 pack.py LONGMEN DATA OUT

writes OUT.sparse.zst and OUT.json. LONGMEN is the program of that build. It serves a copy, so DATA stays as it was left.
"""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile


def sparse(data):
    """All files but the lock in one: their count u32, and for each `[name length u16][name][size u64][runs u32]`, a run
    `[offset u64][length u32][bytes]`; what is in no run is zero."""
    names = sorted(name for name in os.listdir(data) if name != "LOCK")
    out = bytearray(struct.pack("<I", len(names)))
    for name in names:
        with open(os.path.join(data, name), "rb") as file:
            bytes = file.read()
        runs = [(found.start(), found.group()) for found in re.finditer(rb"[^\0](?:\0{0,16}[^\0])*", bytes)]
        out += struct.pack("<H", len(name)) + name.encode() + struct.pack("<QI", len(bytes), len(runs))
        for offset, run in runs:
            out += struct.pack("<QI", offset, len(run)) + run
    return out


def main(program, data, out):
    def ask(*arguments):
        return json.loads(subprocess.run([program, *arguments, "--json"], stdout=subprocess.PIPE, check=True).stdout)

    subprocess.run(["zstd", "-19", "-q", "-f", "-o", out + ".sparse.zst"], input=sparse(data), check=True)
    told = {"verify": ask("verify", data)}
    with tempfile.TemporaryDirectory() as directory:
        copy = os.path.join(directory, "books")
        os.makedirs(copy)
        for name in os.listdir(data):
            subprocess.run(["cp", "--sparse=always", os.path.join(data, name), copy], check=True)
        node = subprocess.Popen([program, "serve", "--data", copy, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE)
        try:
            addr = node.stdout.readline().decode().removeprefix("listening on ").strip()
            told["trial_balance"] = ask("trial-balance", "--addr", addr)["lines"]
            accounts, after = [], 0
            while page := ask("accounts", "--addr", addr, "--limit", "1000", "--after", str(after)):
                accounts += [[one["id"], one["balance"], one["frozen"], one["available"]] for one in page]
                after = page[-1]["id"]
            told["accounts"] = accounts
        finally:
            node.terminate()
            node.wait()
    with open(out + ".json", "w") as file:
        parts = [f' {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}' for key, value in told.items()]
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
