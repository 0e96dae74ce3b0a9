# SPDX-License-Identifier: Apache-2.0
"""Acts as forms: what each member is filled in as."""

from ropewalk.portal.forms import draft


def test_legs_and_conditions_are_written_as_json_and_numbers_of_legs_as_a_list() -> None:
    fields = {one.name: one for one in draft("exchange.OPEN", {}).fields}
    assert fields["legs"].kind == fields["condition"].kind == "json"
    given = fields["given"]
    assert (given.kind, given.is_list, given.is_sorted) == ("integer", True, True)
    assert not given.is_required
