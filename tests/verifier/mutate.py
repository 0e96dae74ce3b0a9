# SPDX-License-Identifier: Apache-2.0
"""What may happen to a bundle on its way: steps that change a file, and which check must notice.

A mutation is a list of steps. Steps on the value (`set`, `remove`, `insert`, `copy`, `swap`)
are followed by one canonical encoding; `replace` and `flip` change the file's bytes.
"""

import random
from collections.abc import Mapping
from typing import Any

import msgspec

from ropewalk.crypto import encode, from_base64, to_base64
from verifier.mutate_consensus import mutated_consensus
from verifier.mutate_exchanges import mutated_exchanges
from verifier.mutate_more import mutated_approvals, mutated_controls
from verifier.steps import Mutation, Step, Table, insert, remove, replace, set_, swap
from verifier.successions import mutated_successions

SEED = 20_260_101
_TRUE: object = True


def flips(name: str, data: bytes, count: int) -> list[tuple[int, int, str]]:
    """Single bits at seeded offsets: offset, bits, and the part of the file that they hit."""
    chance = random.Random(f"{SEED} {name}")
    parts = parts_of(data)
    found = []
    for _ in range(count):
        offset, bits = chance.randrange(len(data)), 1 << chance.randrange(8)
        found.append((offset, bits, next(part for end, part in parts if offset < end)))
    return found


def parts_of(data: bytes) -> list[tuple[int, str]]:
    """Where each part of a canonical bundle ends, and the item that fails when it is changed.

    A change anywhere may also leave the file no bundle at all: then `bundle` fails.
    """
    value = msgspec.json.decode(data)
    title, issuer = value["title"], value["state"][0]["key"].removeprefix("controller/")
    keys = (f"controller/{issuer}", f"party/{issuer}", f"title/{title}")
    items = {
        "acts": [f"act:{number}" for number in range(len(value["acts"]))],
        "state": [f"state:{key}" for key in keys],
        "title": f"state:title/{title}",
    }
    parts, at = [], 0
    for name in sorted(value):
        at += len(f'{{"{name}":')  # the brace, or the comma in its place
        item = items.get(name, name)
        members = zip(value[name], item, strict=True) if isinstance(item, list) else ()
        end = at
        for member, part in members:
            end += 1 + len(encode(member))
            parts.append((end, part))
        at += len(encode(value[name]))
        parts.append((at, item if isinstance(item, str) else "bundle"))
    return [*parts, (len(data), "bundle")]


def may_name(item: str, part: str) -> bool:
    """Whether a flip in a part may make this item fail; a changed title changes the key too."""
    return item in ("bundle", part) or (part.startswith("state:title/") and item[:12] == part[:12])


def mutations(files: Mapping[str, bytes]) -> list[Mutation]:
    """Every mutation of the golden bundles but the flips."""
    held = "to-order-held.ropewalk.json"
    value = msgspec.json.decode(files[held])
    tables = {
        "acts": _of_acts(value),
        "block": _of_block(value),
        "checkpoint": _of_checkpoint(value, files),
        "document": _of_document(value),
        "form": _of_form(value),
        "state": _of_state(value, files),
    }
    found = [
        Mutation(f"{group}: {name}", held, steps, item)
        for group, table in tables.items()
        for name, (item, *steps) in table.items()
    ]
    return [
        *found,
        *mutated_approvals(files),
        *mutated_exchanges(files),
        *mutated_controls(files),
        *mutated_consensus(files),
        *mutated_successions(files),
    ]


def _of_acts(value: Any) -> Table:
    inclusion = value["acts"][2]["inclusion"]
    another = to_base64(bytes(32))
    loose = inclusion[0][:-2] + chr(ord(inclusion[0][-2]) + 1) + "="
    shift = [
        set_(each["position"] + 1, "acts", n, "position") for n, each in enumerate(value["acts"])
    ]
    return {
        "none": ("bundle", set_([], "acts")),
        "the last dropped": ("title", remove("acts", 4)),
        "the last two dropped": ("title", remove("acts", 4), remove("acts", 3)),
        "one in the middle dropped": ("chain:2", remove("acts", 2)),
        "the issue dropped": ("chain:0", remove("acts", 0)),
        "only the issue": ("title", *(remove("acts", 1) for _ in range(4))),
        "two exchanged": ("act:2", swap(["acts", 1], ["acts", 2])),
        "all reversed": ("act:1", set_(value["acts"][::-1], "acts")),
        "one twice": ("act:3", insert(value["acts"][2], "acts", 3)),
        "the last twice": ("act:5", insert(value["acts"][4], "acts", 5)),
        "leaves exchanged": ("act:1", swap(["acts", 1, "leaf"], ["acts", 2, "leaf"])),
        "paths exchanged": ("act:1", swap(["acts", 1, "inclusion"], ["acts", 3, "inclusion"])),
        "positions exchanged": ("act:1", swap(["acts", 1, "position"], ["acts", 2, "position"])),
        "all one position on": ("act:0", *shift),
        "position of the one before": (
            "act:2",
            set_(value["acts"][1]["position"], "acts", 2, "position"),
        ),
        "position beyond the log": ("act:4", set_(1_000, "acts", 4, "position")),
        "position beyond integers of 32 bits": ("act:4", set_(2**32 + 19, "acts", 4, "position")),
        "largest position": ("act:4", set_(2**53 - 1, "acts", 4, "position")),
        "position below nought": ("bundle", set_(-1, "acts", 0, "position")),
        "position as text": ("bundle", set_("13", "acts", 0, "position")),
        "position as truth": ("bundle", set_(_TRUE, "acts", 0, "position")),
        "no position": ("bundle", remove("acts", 0, "position")),
        "no leaf": ("bundle", remove("acts", 0, "leaf")),
        "no path": ("bundle", remove("acts", 0, "inclusion")),
        "a member more": ("bundle", set_("", "acts", 0, "time")),
        "empty path": ("act:2", set_([], "acts", 2, "inclusion")),
        "path without its first": ("act:2", remove("acts", 2, "inclusion", 0)),
        "path without its last": ("act:2", remove("acts", 2, "inclusion", len(inclusion) - 1)),
        "path one longer": ("act:2", insert(another, "acts", 2, "inclusion", len(inclusion))),
        "path one longer below": ("act:2", insert(another, "acts", 2, "inclusion", 0)),
        "path of 64": ("act:2", set_([another] * 64, "acts", 2, "inclusion")),
        "path of 65": ("bundle", set_([another] * 65, "acts", 2, "inclusion")),
        "path in another order": (
            "act:2",
            swap(["acts", 2, "inclusion", 0], ["acts", 2, "inclusion", 1]),
        ),
        "hash of 31 bytes": ("act:2", set_(to_base64(bytes(31)), "acts", 2, "inclusion", 0)),
        "hash of no bytes": ("act:2", set_("", "acts", 2, "inclusion", 0)),
        "hash with loose bits": ("act:2", set_(loose, "acts", 2, "inclusion", 0)),
        "hash without padding": ("act:2", set_(inclusion[0][:-1], "acts", 2, "inclusion", 0)),
        "hash with a space": ("act:2", set_(inclusion[0] + " ", "acts", 2, "inclusion", 0)),
        "hash in base64url": ("act:2", set_("-" + inclusion[0][1:], "acts", 2, "inclusion", 0)),
        "leaf with a space": ("act:3", set_(value["acts"][3]["leaf"] + " ", "acts", 3, "leaf")),
        "empty leaf": ("act:3", set_("", "acts", 3, "leaf")),
        "leaf is the block's": ("act:3", set_(value["block"]["leaf"], "acts", 3, "leaf")),
        "entry is the block's": ("chain:0", set_([value["acts"][4]], "acts")),
        "the block among them": ("act:5", insert(value["block"], "acts", 5)),
    }


def _of_block(value: Any) -> Table:
    block = value["block"]
    return {
        "leaf of an act": ("block", set_(value["acts"][4]["leaf"], "block", "leaf")),
        "an act in its place": ("block", set_(value["acts"][4], "block")),
        "an earlier position": ("block", set_(block["position"] - 1, "block", "position")),
        "a later position": ("block", set_(block["position"] + 1, "block", "position")),
        "empty path": ("block", set_([], "block", "inclusion")),
        "path without its first": ("block", remove("block", "inclusion", 0)),
        "another height": (
            "block",
            set_(block["leaf"].replace('"height":', '"height":1'), "block", "leaf"),
        ),
        "codec version 2": ("block", set_("[2" + block["leaf"][2:], "block", "leaf")),
        "no leaf": ("bundle", remove("block", "leaf")),
        "a member more": ("bundle", set_(0, "block", "height")),
        "a list": ("bundle", set_([block], "block")),
        "missing": ("bundle", remove("block")),
    }


def _of_checkpoint(value: Any, files: Mapping[str, bytes]) -> Table:
    note = from_base64(value["checkpoint"]).decode()
    text, _, lines = note.partition("\n\n")
    origin, size, root = text.split("\n")
    line = lines[:-1]
    older = msgspec.json.decode(files["waybill-issued.ropewalk.json"])["checkpoint"]
    witnessed = msgspec.json.decode(files["witnessed.ropewalk.json"])["checkpoint"]

    def of(changed: str) -> tuple[str, Step]:
        return "checkpoint", set_(to_base64(changed.encode()), "checkpoint")

    return {
        "not base64": ("checkpoint", set_("note", "checkpoint")),
        "without padding": (
            "checkpoint",
            set_(value["checkpoint"].rstrip("=") + "A", "checkpoint"),
        ),
        "empty": ("checkpoint", set_("", "checkpoint")),
        "a number": ("bundle", set_(1, "checkpoint")),
        "of another moment": ("block", set_(older, "checkpoint")),
        "with a line of nobody the policy names": ("checkpoint", set_(witnessed, "checkpoint")),
        "another origin": of(note.replace(origin, "ropewalk.example/vector", 1)),
        "another size": of(note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n")),
        "size with a leading nought": of(note.replace(f"\n{size}\n", f"\n0{size}\n")),
        "size with a sign": of(note.replace(f"\n{size}\n", f"\n+{size}\n")),
        "another root": of(note.replace(root, to_base64(bytes(32)))),
        "root of 31 bytes": of(note.replace(root, to_base64(bytes(31)))),
        "a fourth line": of(f"{text}\nextension\n\n{lines}"),
        "two lines": of(f"{origin}\n{size}\n\n{lines}"),
        "no signature": of(f"{text}\n\n"),
        "no empty line": of(f"{text}\n{lines}"),
        "no newline at the end": of(note[:-1]),
        "a newline more at the end": of(note + "\n"),
        "a byte order mark": of("\ufeff" + note),
        "carriage returns": of(note.replace("\n", "\r\n")),
        "a null byte": of(note.replace(origin, origin + "\0")),
        "the signature twice": of(f"{text}\n\n{lines}{lines}"),
        "a hyphen for the dash": of(note.replace("\u2014", "-")),
        "another key's hash": of(f"{text}\n\n{line[:-92]}AAAA{line[-88:]}\n"),
        "another name": of(f"{text}\n\n{lines.replace(origin, origin + '2')}"),
        "another signature": of(f"{text}\n\n{line[:-12]}AAAAAAAAAA==\n"),
        "a short signature": of(f"{text}\n\n\u2014 {origin} {to_base64(bytes(4))}\n"),
        "a line after the signature": of(note + "more\n"),
        "65 lines": of(f"{text}\n\n" + "".join(f"\u2014 n{n} AAAAAAA=\n" for n in range(65))),
        "larger than 16 KiB": of(f"{'o' * 16_384}\n{size}\n{root}\n\n{lines}"),
    }


def _of_document(value: Any) -> Table:
    data = from_base64(value["document"]["bytes"])
    salt = from_base64(value["document"]["salt"])

    def of(changed: bytes) -> tuple[str, Step]:
        return "document", set_(to_base64(changed), "document", "bytes")

    inside = data.rstrip()[1:-1]
    deep = b"[" * 32 + b"]" * 32
    return {
        "a byte more of white space": of(data + b" "),
        "a byte less": of(data[:-1]),
        "members in another order": of(encode_reversed(data)),
        "a name changed": of(data.replace(b"Cherry", b"Cheery", 1)),
        "empty": of(b""),
        "no JSON": of(b"bill of lading"),
        "a list": of(b"[" + data + b"]"),
        "a byte order mark": of(b"\xef\xbb\xbf" + data),
        "UTF-16": of(data.decode().encode("utf-16")),
        "no UTF-8": of(b'{"a":"\xff",' + inside + b"}"),
        "a surrogate in UTF-8": of(b'{"a":"\xed\xa0\x80",' + inside + b"}"),
        "a key twice": of(b'{"a":1,"a":1,' + inside + b"}"),
        "a key twice, once escaped": of(b'{"a":1,"\\u0061":1,' + inside + b"}"),
        "a lone surrogate": of(b'{"a":"\\ud800",' + inside + b"}"),
        "NaN": of(b'{"a":NaN,' + inside + b"}"),
        "infinity": of(b'{"a":-Infinity,' + inside + b"}"),
        "a number beyond doubles": of(b'{"a":1e309,' + inside + b"}"),
        "an integer beyond doubles": of(b'{"a":1' + b"0" * 309 + b"," + inside + b"}"),
        "a number with a leading nought": of(b'{"a":01,' + inside + b"}"),
        "a comma too many": of(b"{" + inside + b",}"),
        "a comment": of(b"/**/" + data),
        "a control character": of(b'{"a":"\x01",' + inside + b"}"),
        "a bad escape": of(b'{"a":"\\x",' + inside + b"}"),
        "33 levels": of(b'{"a":' + deep + b"," + inside + b"}"),
        "not base64": (
            "document",
            set_("bill", "document", "bytes"),
            set_("=", "document", "salt"),
        ),
        "another salt": ("document", set_(to_base64(bytes(32)), "document", "salt")),
        "salt a byte longer": ("document", set_(to_base64(salt + b"\0"), "document", "salt")),
        "salt a byte shorter": ("document", set_(to_base64(salt[:-1]), "document", "salt")),
        "salt empty": ("document", set_("", "document", "salt")),
        "no salt": ("bundle", remove("document", "salt")),
        "no bytes": ("bundle", remove("document", "bytes")),
        "no member": ("bundle", set_({}, "document")),
        "text": ("bundle", set_(to_base64(data), "document")),
        "a member more": ("bundle", set_("", "document", "name")),
    }


def encode_reversed(data: bytes) -> bytes:
    """The same document with its members in reverse: one checksum, other bytes."""
    value: dict[str, Any] = msgspec.json.decode(data)
    return msgspec.json.encode(dict(reversed(value.items())))


def _of_form(value: Any) -> Table:
    title, network = value["title"], value["network"]
    position = f'"position":{value["block"]["position"]}'
    deep: object = ""
    for _ in range(12):
        deep = [deep]
    other = "0" * 64
    return {
        "a member more": ("bundle", set_("", "note")),
        "a member called __proto__": ("bundle", set_({}, "__proto__")),
        "another format": ("bundle", set_("ropewalk-title-bundle/2", "format")),
        "no format": ("bundle", remove("format")),
        "another network": ("network", set_(other, "network")),
        "network in capitals": ("bundle", set_(network.upper(), "network")),
        "network too short": ("bundle", set_(network[:-1], "network")),
        "no network": ("bundle", remove("network")),
        "another title": (f"state:title/{other}", set_(other, "title")),
        "title in capitals": ("bundle", set_(title.upper(), "title")),
        "no title": ("bundle", remove("title")),
        "13 levels": ("bundle", set_(deep, "document")),
        "a space before": ("bundle", replace('{"acts"', ' {"acts"')),
        "a newline after": ("bundle", replace(f'"title":"{title}"}}', f'"title":"{title}"}}\n')),
        "a space inside": ("bundle", replace('"block":', '"block": ')),
        "a byte order mark": ("bundle", replace('{"acts"', '\ufeff{"acts"')),
        "keys in another order": (
            "bundle",
            replace(f',"title":"{title}"', ""),
            replace('{"acts"', f'{{"title":"{title}","acts"'),
        ),
        "a key twice": (
            "bundle",
            replace(f'"title":"{title}"', f'"title":"{title}","title":"{title}"'),
        ),
        "an escape not needed": ("bundle", replace("ropewalk-title", "\\u0072opewalk-title")),
        "a slash escaped": ("bundle", replace("bundle/1", "bundle\\/1")),
        "a position with a leading nought": (
            "bundle",
            replace(position, position.replace(":", ":0")),
        ),
        "a position with a fraction": ("bundle", replace(position, position + ".0")),
        "a position with an exponent": ("bundle", replace(position, position + "e0")),
        "a position of minus nought": ("bundle", replace(position, '"position":-0')),
        "a position of 2**53": ("bundle", replace(position, '"position":9007199254740992')),
        "a position of 2**64": ("bundle", replace(position, '"position":18446744073709551616')),
        "null": ("bundle", replace(position, '"position":null')),
        "DEL in a text": ("bundle", replace('"controller/', '"\x7fcontroller/')),
        "a letter beyond ASCII": ("bundle", replace('"controller/', '"\u00e9controller/')),
        "an escaped control character": ("bundle", replace('"controller/', '"\\ncontroller/')),
        "a bracket missing": ("bundle", replace(f'"title":"{title}"}}', f'"title":"{title}"')),
        "a list around it": (
            "bundle",
            replace('{"acts"', '[{"acts"'),
            replace(f'"title":"{title}"}}', f'"title":"{title}"}}]'),
        ),
    }


def _of_state(value: Any, files: Mapping[str, bytes]) -> Table:
    title = f"state:{value['state'][2]['key']}"
    controller, party = (f"state:{value['state'][n]['key']}" for n in (0, 1))
    others = msgspec.json.decode(files["blank-refused.ropewalk.json"])["state"]
    record, path = value["state"][2]["value"], value["state"][2]["path"]
    right = next(n for n, step in enumerate(path) if step["suffix"])
    left = next(n for n, step in enumerate(path) if not step["suffix"])
    sibling = from_base64(path[right]["suffix"])
    one = to_base64(b"\x01")
    holder = msgspec.json.decode(record)[1]["possessor"]

    def step(prefix: str, suffix: str) -> tuple[str, Step]:
        return title, set_({"prefix": prefix, "suffix": suffix}, "state", 2, "path", right)

    return {
        "another holder": (title, set_(record.replace(holder, "0" * 32), "state", 2, "value")),
        "an older record": (title, set_(others[2]["value"], "state", 2, "value")),
        "another title's proof": (title, set_(others[2], "state", 2)),
        "another title's proof renamed": (
            title,
            set_(others[2], "state", 2),
            set_(value["state"][2]["key"], "state", 2, "key"),
        ),
        "a proof of another moment": (controller, set_(others[0], "state", 0)),
        "controller and party exchanged": (controller, swap(["state", 0], ["state", 1])),
        "party and title exchanged": (title, swap(["state", 1], ["state", 2])),
        "values exchanged": (controller, swap(["state", 0, "value"], ["state", 1, "value"])),
        "paths exchanged": (controller, swap(["state", 0, "path"], ["state", 1, "path"])),
        "the party's key changed": (party, set_("party/" + "0" * 32, "state", 1, "key")),
        "the party's roles changed": (
            party,
            set_(value["state"][1]["value"].replace("carrier", "shipper"), "state", 1, "value"),
        ),
        "an empty key": (title, set_("", "state", 2, "key")),
        "an empty value": (title, set_("", "state", 2, "value")),
        "codec version 2": (title, set_("[2" + record[2:], "state", 2, "value")),
        "an empty path": (title, set_([], "state", 2, "path")),
        "a step less": (title, remove("state", 2, "path", 0)),
        "a step more": (title, insert(path[0], "state", 2, "path", 0)),
        "steps exchanged": (title, swap(["state", 2, "path", left], ["state", 2, "path", right])),
        "a step turned": step(to_base64(b"\x01" + sibling), ""),
        "a step with prefix 0": step(to_base64(b"\x00"), path[right]["suffix"]),
        "a step with prefix 2": step(to_base64(b"\x02"), path[right]["suffix"]),
        "a step of two siblings": step(to_base64(b"\x01" + sibling), path[right]["suffix"]),
        "a step without sibling": step(one, ""),
        "a step with a sibling of 31 bytes": step(one, to_base64(sibling[:-1])),
        "a step with a sibling of 64 bytes": step(one, to_base64(sibling * 2)),
        "a step that is not base64": step(one, "?"),
        "a step with a member more": ("bundle", set_("", "state", 2, "path", 0, "hash")),
        "a step without prefix": ("bundle", remove("state", 2, "path", 0, "prefix")),
        "256 steps": (title, set_([path[right]] * 256, "state", 2, "path")),
        "257 steps": ("bundle", set_([path[right]] * 257, "state", 2, "path")),
        "two proofs": ("bundle", remove("state", 2)),
        "four proofs": ("bundle", insert(value["state"][2], "state", 3)),
        "no value": ("bundle", remove("state", 0, "value")),
        "a member more": ("bundle", set_("", "state", 0, "leaf")),
        "missing": ("bundle", remove("state")),
    }
