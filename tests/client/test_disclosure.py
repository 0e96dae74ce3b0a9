# SPDX-License-Identifier: Apache-2.0
"""Who stands behind a private controller: told by itself, to those who may know (T10)."""

import pytest

from ledger.world import IDS, NETWORK, key, kid, salt
from ropewalk.client import (
    VerificationError,
    check_opening,
    identity_commitment,
    make_opening,
    open_envelope,
    read_opening,
    seal_openings,
)

CONTROLLER = "c" * 32
SALT = salt("opening")
COMMITMENT = identity_commitment(NETWORK, IDS["shipper"], SALT)
OPENING = make_opening(key("shipper"), NETWORK, CONTROLLER, IDS["shipper"], SALT)
PRIVATE = {"commitment": COMMITMENT}
PARTY = {"keys": [{"kid": kid("shipper"), "added": 1, "revoked": 0}]}


def test_an_opening_names_the_party_that_signed_it() -> None:
    known = check_opening(OPENING, NETWORK, PRIVATE, PARTY)
    assert (known.controller, known.party) == (CONTROLLER, IDS["shipper"])


def test_the_commitment_says_nothing_without_its_salt() -> None:
    other = identity_commitment(NETWORK, IDS["shipper"], salt("another"))
    assert other != COMMITMENT
    assert identity_commitment("0" * 64, IDS["shipper"], SALT) != COMMITMENT


@pytest.mark.parametrize(
    ("controller", "party", "network", "why"),
    [
        ({"commitment": salt("x")}, PARTY, NETWORK, "commitment"),
        (PRIVATE, {"keys": [{"kid": kid("bank"), "added": 1, "revoked": 0}]}, NETWORK, "key"),
        (PRIVATE, {"keys": [{"kid": kid("shipper"), "added": 1, "revoked": 9}]}, NETWORK, "key"),
        (PRIVATE, PARTY, "0" * 64, "network"),
    ],
)
def test_a_false_opening_is_refused(
    controller: dict[str, object], party: dict[str, object], network: str, why: str
) -> None:
    with pytest.raises(VerificationError, match=why):
        check_opening(OPENING, network, controller, party)


def test_nobody_owns_up_in_anothers_name() -> None:
    forged = make_opening(key("bank"), NETWORK, CONTROLLER, IDS["shipper"], SALT)
    with pytest.raises(VerificationError, match="key"):
        check_opening(forged, NETWORK, PRIVATE, PARTY)
    with pytest.raises(VerificationError):
        read_opening(OPENING[:-4] + "AAAA")


def test_an_envelope_opens_for_its_recipient_alone() -> None:
    envelope = seal_openings([OPENING], IDS["carrier"], [kid("carrier"), kid("firm a")])
    assert open_envelope(envelope, key("carrier")) == [OPENING]
    assert open_envelope(envelope, key("firm a")) == [OPENING]
    assert IDS["shipper"].encode() not in envelope
    with pytest.raises(VerificationError, match="other keys"):
        open_envelope(envelope, key("bank"))
    for broken in (b"", b"{}", envelope[:-1], envelope.replace(b"disclosure/1", b"disclosure/2")):
        with pytest.raises(VerificationError):
            open_envelope(broken, key("carrier"))
