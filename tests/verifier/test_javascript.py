# SPDX-License-Identifier: Apache-2.0
"""The two verifiers, written apart from one page, never disagree."""

import contextlib
import hashlib
import json
import random

import pytest

from ropewalk.client import (
    DocumentError,
    Trust,
    VerificationError,
    dcsa_checksum,
    read_trust,
    verify_bundle,
    verify_control,
)
from ropewalk.crypto import PrivateKey, sha256, to_base64, verify_signature
from verifier import consortium, drive
from verifier.asking import (
    ROOT,
    VECTORS,
    answered,
    ask,
    ask_verdicts,
    cases,
    challenges,
    changed,
    run,
    shown,
    trusts,
    verdict,
)
from verifier.forge import GROUP_ORDER
from verifier.mutate import SEED, flips, may_name
from verifier.steps import mutated
from verifier.stories import NUMBERS as NUMBERS_AND_SCRIPTS
from verifier.telling import NOW_S

FIELD_PRIME = 2**255 - 19
CONTROL, CHALLENGE = "control.proof.json", "control.challenge.json"
FLIPPED = "threshold-consents.ropewalk.json"
FLIPPED_TOO = {FLIPPED: "genesis.json", consortium.CHANGED: consortium.GENESIS_FILE}
FLIPS = 2_000
SPECCHECK = ROOT / "vectors" / "crypto" / "ed25519_speccheck.json"


def test_every_golden_bundle_gets_its_whole_verdict() -> None:
    for question, found in zip(cases(), ask_verdicts(cases()), strict=True):
        assert found == question.expected, question.name


def test_every_changed_bundle_gets_the_verdict_that_python_gives() -> None:
    for question, found in zip(changed(), ask_verdicts(changed()), strict=True):
        assert found["failed_item"] == question.expected["failed_item"], question.name
        assert found == question.answer(), question.name


@pytest.mark.parametrize("name", sorted(FLIPPED_TOO))
def test_both_refuse_every_flipped_bit_and_name_the_same_item(name: str) -> None:
    trusted = FLIPPED_TOO[name]
    data, trust = (VECTORS / name).read_bytes(), read_trust((VECTORS / trusted).read_bytes())
    chosen = flips("both verifiers", data, FLIPS)
    checks = [
        {"base": "it", "flip": [offset, bits], "now": NOW_S, "trust": trusted}
        for offset, bits, _ in chosen
    ]
    found = answered(ask({"checks": checks, "files": {**trusts(), "it": to_base64(data)}}))
    for (offset, bits, part), told in zip(chosen, found, strict=True):
        step = {"bits": bits, "offset": offset, "step": "flip"}
        assert not told["ok"]
        assert may_name(told["failed_item"], part)
        assert told == shown(verify_bundle(mutated(data, [step]), trust, NOW_S)), offset


def test_both_judge_a_proof_of_control_with_a_flipped_bit_alike() -> None:
    data = (VECTORS / CONTROL).read_bytes()
    asked = (VECTORS / CHALLENGE).read_bytes()
    now_s = json.loads(asked)["issued_at"]
    chance = random.Random(SEED)
    chosen = [(chance.randrange(len(data)), 1 << chance.randrange(8)) for _ in range(FLIPS // 2)]
    checks = [
        {
            "base": "it",
            "challenge": CHALLENGE,
            "flip": list(each),
            "now": now_s,
            "trust": "genesis.json",
        }
        for each in chosen
    ]
    files = {**trusts(), **challenges(), "it": to_base64(data)}
    found = answered(ask({"checks": checks, "files": files}))
    trust = read_trust(drive.genesis())
    for (offset, bits), told in zip(chosen, found, strict=True):
        changed_one = mutated(data, [{"bits": bits, "offset": offset, "step": "flip"}])
        assert not told["ok"]
        assert told == shown(verify_control(changed_one, asked, trust, now_s)), offset


def test_signatures_are_decided_as_libsodium_decides() -> None:
    listed = json.loads(SPECCHECK.read_bytes())["cases"]
    assert len(listed) == 12
    found = ask({"signatures": listed})
    for case, accepted in zip(listed, found, strict=True):
        parts = (bytes.fromhex(case[name]) for name in ("key", "message", "signature"))
        assert accepted == case["accepted"] == verify_signature(*parts), case["what"]


def small_orders() -> list[bytes]:
    """Every encoding of a point of small order, and every encoding that is not canonical."""
    eighth = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    other = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
    numbers = [0, 1, FIELD_PRIME - 1, *range(FIELD_PRIME, 2**255)]
    plain = [eighth, other, *(number.to_bytes(32, "little") for number in numbers)]
    return [*plain, *(each[:31] + bytes([each[31] | 0x80]) for each in plain)]


def odd_signatures() -> list[tuple[bytes, bytes, bytes]]:
    """Key, message and signature: every point above as key and as R, S out of range, and noise."""
    chance = random.Random(SEED)
    found = []
    for number, point in enumerate(small_orders()):
        signer = PrivateKey(sha256(bytes([number])))
        message = bytes([number]) * number
        signature = signer.sign(message)
        s = int.from_bytes(signature[32:], "little")
        noise = bytes(
            a ^ b for a, b in zip(signature, bytes([1 << number % 8] + [0] * 63), strict=True)
        )
        found += [
            (signer.public_key, message, signature),
            (point, message, signature),
            (point, message, b"\x01" + bytes(63)),
            (point, message, point + bytes(32)),
            (signer.public_key, message, point + signature[32:]),
            (signer.public_key, message, signature[:32] + (s + GROUP_ORDER).to_bytes(32, "little")),
            (signer.public_key, message, signature[:32] + (GROUP_ORDER - s).to_bytes(32, "little")),
            (signer.public_key, message, noise),
            (signer.public_key, message, signature[:63]),
            (chance.randbytes(32), message, signature),
            (signer.public_key, message, chance.randbytes(64)),
        ]
    return found


def test_odd_keys_and_signatures_are_decided_as_libsodium_decides() -> None:
    names = ("key", "message", "signature")
    listed = [
        dict(zip(names, (part.hex() for part in parts), strict=True)) for parts in odd_signatures()
    ]
    expected = [verify_signature(*parts) for parts in odd_signatures()]
    assert ask({"signatures": listed}) == expected
    assert sum(expected) == len(small_orders())


def test_its_sha_256_is_sha_256() -> None:
    chance = random.Random(SEED)
    texts = [chance.randbytes(size) for size in (*range(200), 4_095, 100_000)]
    found = ask({"hashes": [text.hex() for text in texts]})
    assert found == [hashlib.sha256(text).hexdigest() for text in texts]


GENESIS = drive.genesis().decode()
WITNESS = f'"{drive.witness_key("north").text}"'
KID = drive.key("governance").kid


def policy(**members: str) -> str:
    """A policy's text; members are JSON."""
    full = {"format": '"ropewalk-policy/1"', "genesis": GENESIS, **members}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in full.items()) + "}"


CONSORTIUM = consortium.genesis().decode()
VOTER, OTHER_VOTER = (json.loads(CONSORTIUM)["validators"][at] for at in (0, 1))


def validators(*listed: object) -> str:
    """The consortium's genesis with other validators."""
    content = {**json.loads(CONSORTIUM), "validators": list(listed)}
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


TRUSTS = {
    "a consortium": (True, CONSORTIUM),
    "a consortium by a policy": (True, policy(genesis=CONSORTIUM)),
    "a consortium of one": (True, validators(VOTER)),
    "a consortium of none": (False, validators()),
    "a consortium with one twice": (False, validators(VOTER, VOTER)),
    "a consortium out of order": (False, validators(OTHER_VOTER, VOTER)),
    "a consortium with a node for two": (
        False,
        validators(VOTER, {**OTHER_VOTER, "node": VOTER["node"]}),
    ),
    "a consortium whose node votes": (False, validators({**VOTER, "node": VOTER["key"]})),
    "a consortium without votes": (False, validators({**VOTER, "power": 0})),
    "a consortium with too many votes": (False, validators({**VOTER, "power": 1_000_001})),
    "a consortium with a short key": (False, validators({**VOTER, "key": VOTER["key"][:-1]})),
    "a consortium with a short node": (False, validators({**VOTER, "node": VOTER["node"][:-1]})),
    "a consortium with a member more": (False, validators({**VOTER, "name": ""})),
    "a consortium of 65": (False, validators(*([VOTER] * 65))),
    "a consortium with a log's key": (
        False,
        CONSORTIUM.replace(f'"{drive.ORIGIN}"', f'"{drive.log_key().text}"'),
    ),
    "a consortium with a log without name": (False, CONSORTIUM.replace(drive.ORIGIN, "")),
    "a consortium with a space in its log": (False, CONSORTIUM.replace(drive.ORIGIN, "the log")),
    "a consortium with a quota of none": (False, CONSORTIUM.replace(":500", ":0")),
    "an embedded ledger with its origin alone": (
        False,
        GENESIS.replace(drive.log_key().text, drive.ORIGIN),
    ),
    "the genesis": (True, GENESIS),
    "a policy": (True, policy()),
    "a full policy": (
        True,
        policy(witnesses=f"[{WITNESS}]", quorum="1", age_s_max="0", clock_skew_s="0"),
    ),
    "a policy with age null": (True, policy(age_s_max="null")),
    "nothing": (False, ""),
    "no JSON": (False, "genesis"),
    "a list": (False, "[]"),
    "a bundle": (False, (VECTORS / FLIPPED).read_text(encoding="ascii")),
    "a genesis with a newline": (False, GENESIS + "\n"),
    "a genesis with a byte order mark": (False, "\ufeff" + GENESIS),
    "a genesis with a member more": (False, GENESIS.replace('"laws"', '"height":0,"laws"')),
    "a genesis without salt": (
        False,
        GENESIS.replace(f',"salt":"{drive.salt("vectors").hex()}"', ""),
    ),
    "a genesis of another format": (False, GENESIS.replace("genesis/1", "genesis/2")),
    "a genesis with laws out of order": (False, GENESIS.replace('["GB","SG"]', '["SG","GB"]')),
    "a genesis with a law twice": (False, GENESIS.replace('["GB","SG"]', '["GB","GB"]')),
    "a genesis with a threshold of none": (
        False,
        GENESIS.replace('"threshold":1', '"threshold":0'),
    ),
    "a genesis with a threshold of two": (False, GENESIS.replace('"threshold":1', '"threshold":2')),
    "a genesis without keys": (False, GENESIS.replace(f'["{KID}"]', "[]")),
    "a genesis with a key twice": (False, GENESIS.replace(f'["{KID}"]', f'["{KID}","{KID}"]')),
    "a genesis with a short key": (False, GENESIS.replace(KID, KID[:-1])),
    "a genesis with a quota of none": (False, GENESIS.replace(":1000", ":0")),
    "a genesis with protocol nought": (False, GENESIS.replace('"protocol":1', '"protocol":0')),
    "a genesis with a time before 1970": (False, GENESIS.replace('"time":', '"time":-')),
    "a genesis with another key hash": (False, GENESIS.replace("vectors+", "vectors+0", 1)),
    "a genesis with a log of another name": (False, GENESIS.replace("example/", "example2/")),
    "a policy of another format": (False, policy(format='"ropewalk-policy/2"')),
    "a policy without genesis": (False, '{"format": "ropewalk-policy/1"}'),
    "a policy with a text for a genesis": (False, policy(genesis='"genesis.json"')),
    "a policy with a member more": (False, policy(name='"ours"')),
    "a policy with a quorum and no witness": (False, policy(quorum="1")),
    "a policy with a witness twice": (False, policy(witnesses=f"[{WITNESS}, {WITNESS}]")),
    "a policy with a witness that is no key": (False, policy(witnesses='["north"]')),
    "a policy with a quorum below nought": (False, policy(quorum="-1")),
    "a policy with a fraction": (False, policy(clock_skew_s="0.5")),
    "a policy with a whole number as fraction": (False, policy(clock_skew_s="300.0")),
    "a policy with an exponent": (False, policy(age_s_max="1e3")),
    "a policy with a number as text": (False, policy(age_s_max='"60"')),
    "a policy with a truth for a number": (False, policy(quorum="true")),
}


@pytest.mark.parametrize("name", sorted(TRUSTS))
def test_what_can_be_trusted_is_read_and_nothing_else(name: str) -> None:
    expected, text = TRUSTS[name]
    assert is_trust(text.encode()) == expected


def is_trust(data: bytes) -> bool:
    """Whether Python reads it."""
    with contextlib.suppress(VerificationError):
        return isinstance(read_trust(data), Trust)
    return False


def test_both_trust_the_same() -> None:
    texts = [to_base64(text.encode()) for _, text in TRUSTS.values()]
    assert ask({"trusts": texts}) == [expected for expected, _ in TRUSTS.values()]


def test_both_read_a_policy_with_a_flipped_bit_alike() -> None:
    names = ("policy-two-of-two.json", "policy-consortium-aged.json")
    texts = [(VECTORS / name).read_bytes() for name in names]
    changed_ones = [flipped(data, number) for data in texts for number in range(8 * len(data))]
    found = ask({"trusts": [to_base64(each) for each in changed_ones]})
    for number, each in enumerate(changed_ones):
        assert found[number] == is_trust(each), number


def flipped(data: bytes, number: int) -> bytes:
    """The bytes with one bit turned, counted from the first byte's lowest."""
    at = number // 8
    return data[:at] + bytes([data[at] ^ 1 << number % 8]) + data[at + 1 :]


DOCUMENTS = (
    "{}",
    "[]",
    "",
    "null",
    "\ufeff{}",
    ' \t\r\n{ "a" : [ 1 , 2 ] } ',
    "\v{}",
    "\u00a0{}",
    "{}\0",
    '{"a":1,}',
    '{"a":[1,]}',
    '{"a" 1}',
    "{'a':1}",
    '{"a":1}}',
    '{"a":tru}',
    '{"a":truefalse}',
    '{"a":"\\ud83d\\ude00"}',
    '{"a":"\\ude00\\ud83d"}',
    '{"a":"\\ud83d"}',
    '{"a":"\\uD83D\\u0041"}',
    '{"\\ud83d":1}',
    '{"a":"\\u00g0"}',
    '{"a":"\\u 12"}',
    '{"a":"\\u+123"}',
    '{"a":"\t"}',
    '{"a":"\\"}',
    '{"a":"\\\\"}',
    '{"a":"\x7f\u2028\\u2028"}',
    '{"a":1,"b":2,"a":3}',
    '{"__proto__":1,"__proto__":2}',
    '{"__proto__":{"a":1},"constructor":2}',
    '{"10":1,"9":2,"1":3}',
    "{" + '"a":{' * 31 + "}" * 32,
    "{" + '"a":{' * 32 + "}" * 33,
    '{"a":' + "[" * 31 + "]" * 31 + "}",
    '{"a":' + "[" * 32 + "]" * 32 + "}",
    '{"a":"' + "[{" * 40 + '"}',
    '{"a":[' + "1," * 999_996 + "1]}",
    '{"a":[' + "1," * 999_999 + "1]}",
    '{"a":"' + "x" * 2_000_000 + '"}',
)
NUMBERS = """
0 -0 0.0 -0.0 00 01 -01 +1 1. .1 1.e1 1e 1e+ 1e1 1E1 1e+1 1e-1 1e21 1e20 123e20 1e-6
1e-7 5e-324 2e-324 4.9e-324 1.7976931348623157e308 1.7976931348623159e308 1e308 1e309
-1e309 1e400 0e400 0.1 0.30000000000000004 9007199254740991 9007199254740992
9007199254740993 9007199254740994 18446744073709551616 123456789012345678901234567890
0x10 1_000 NaN Infinity -Infinity - -a 1a
"""


def checksum_of(data: bytes) -> str:
    """Python's checksum of a document, "" for what is none."""
    with contextlib.suppress(DocumentError):
        return dcsa_checksum(data).hex()
    return ""


def test_both_take_the_same_checksum_of_a_document() -> None:
    chance = random.Random(SEED)
    full = NUMBERS_AND_SCRIPTS.encode()
    texts = [
        *(text.encode() for text in DOCUMENTS),
        *(f'{{"a":{number}}}'.encode() for number in NUMBERS.split()),
        f'{{"a":1{"0" * 308}}}'.encode(),
        f'{{"a":1{"0" * 309}}}'.encode(),
        f'{{"a":-1{"0" * 308}}}'.encode(),
        *(
            f'{{"a":{chance.uniform(-1, 1) * 10 ** chance.randint(-30, 30)}}}'.encode()
            for _ in range(500)
        ),
        *(flipped(full, chance.randrange(8 * len(full))) for _ in range(1_000)),
        *(full[: chance.randrange(len(full))] for _ in range(50)),
    ]
    found = ask({"documents": [to_base64(text) for text in texts]})
    for text, checksum in zip(texts, found, strict=True):
        assert checksum == checksum_of(text), text[:200]
    assert sum(checksum != "" for checksum in found) > len(texts) // 2


def test_the_program_tells_accepted_from_refused_and_from_wrong_use() -> None:
    held, genesis = str(VECTORS / "to-order-held.ropewalk.json"), str(VECTORS / "genesis.json")
    program = "verifier/cli.mjs"
    at = ("--at", "2026-01-02T00:00:00Z")
    told = run(program, held, "--trust", genesis, "--json", *at)
    assert told.returncode == 0
    assert answered([json.loads(told.stdout)]) == [
        shown(
            verdict((VECTORS / "to-order-held.ropewalk.json").read_bytes(), "genesis.json", NOW_S)
        )
    ]
    read = run(program, held, "--trust", genesis, *at)
    assert (read.returncode, read.stdout[:8]) == (0, b"accepted")
    early = run(program, held, "--trust", genesis, "--at", "0")
    assert (early.returncode, early.stdout[:17]) == (1, b"refused at policy")
    assert run(program, held, "--trust", held).stdout.startswith(b"refused at trust")
    for words in ((), (held,), (held, "--trust"), (held, "--trust", genesis, "--at", "noon")):
        assert run(program, *words).returncode == 2
    assert run(program, held, "--trust", genesis + ".none").returncode == 2


def test_the_program_judges_a_proof_of_control_by_ones_own_challenge() -> None:
    proof, genesis = str(VECTORS / CONTROL), str(VECTORS / "genesis.json")
    issued_at = json.loads((VECTORS / CHALLENGE).read_bytes())["issued_at"]
    words = ("verifier/cli.mjs", proof, "--trust", genesis, "--at", str(issued_at + 60))
    shown_control = run(*words, "--challenge", str(VECTORS / CHALLENGE))
    assert (shown_control.returncode, shown_control.stdout[:8]) == (0, b"accepted")
    assert b"control demonstrated: " in shown_control.stdout
    other = run(*words, "--challenge", str(VECTORS / "control-other.challenge.json"))
    assert (other.returncode, other.stdout[:20]) == (1, b"refused at challenge")
    assert run(*words).stdout.startswith(b"refused at bundle")
    assert run(*words, "--challenge", proof + ".none").returncode == 2
    late = run(*words[:-1], "2026-01-02T00:00:00Z", "--challenge", str(VECTORS / CHALLENGE))
    assert late.stdout.startswith(b"refused at fresh")


def test_the_page_carries_this_verifier_and_allows_no_other_script() -> None:
    ended = run("tests/verifier/make_page.mjs", "--check")
    assert ended.returncode == 0, ended.stderr.decode()
