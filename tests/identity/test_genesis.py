# SPDX-License-Identifier: Apache-2.0
"""Identity at height 0."""

import pytest

from ledger.world import GENESIS, GOVERNANCE, TIME, genesis, kid
from ropewalk.identity import Controller, GovernanceRecord, LawRecord, controller_key, first_records
from ropewalk.ledger import GenesisError, decode_record, read_genesis


def test_governance_is_a_controller_from_the_start() -> None:
    records = first_records(read_genesis(GENESIS))
    assert decode_record(records["governance"], GovernanceRecord).controller == GOVERNANCE
    controller = decode_record(records[controller_key(GOVERNANCE)], Controller)
    assert [key.kid for key in controller.keys] == [kid("governance"), kid("governance 2")]
    assert {key.added for key in controller.keys} == {0}
    assert controller.threshold == 2


def test_the_laws_of_the_genesis_are_recognised() -> None:
    records = first_records(read_genesis(genesis(laws=("GB", "SG", "US-NY"))))
    laws = {key: data for key, data in records.items() if key.startswith("law/")}
    assert sorted(laws) == ["law/GB", "law/SG", "law/US-NY"]
    assert {decode_record(data, LawRecord).recognised_at for data in laws.values()} == {TIME}


@pytest.mark.parametrize("law", ["", "gb", "XX", "GBR", "GB-"])
def test_a_law_that_is_no_code_is_refused(law: str) -> None:
    with pytest.raises(GenesisError):
        first_records(read_genesis(genesis(laws=(law,))))


def test_another_salt_is_another_governance() -> None:
    other = first_records(read_genesis(genesis("elsewhere")))
    assert decode_record(other["governance"], GovernanceRecord).controller != GOVERNANCE
