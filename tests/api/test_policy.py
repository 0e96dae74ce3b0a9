# SPDX-License-Identifier: Apache-2.0
"""The policy denies what it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.api.policy import ANYBODY, EVENTS, HEALTH, MESSAGES, PUBLIC, WHOLE, Policy


@given(st.text(), st.text(), st.text(), st.booleans())
def test_an_unknown_action_is_denied(actor: str, action: str, subject: str, login: bool) -> None:  # noqa: FBT001
    if action not in HEALTH | PUBLIC | EVENTS | MESSAGES | WHOLE:
        assert not Policy(require_login=login).may_read(actor, action, subject)


@pytest.mark.parametrize("action", sorted(PUBLIC))
def test_a_required_login_is_required(action: str) -> None:
    assert Policy(require_login=False).may_read(ANYBODY, action, "")
    assert not Policy(require_login=True).may_read(ANYBODY, action, "")
    assert Policy(require_login=True).may_read("somebody", action, "")


def test_health_needs_no_login() -> None:
    assert Policy(require_login=True).may_read(ANYBODY, "health.read", "/healthz")


@pytest.mark.parametrize("action", sorted(WHOLE | MESSAGES))
def test_all_events_are_for_readers_or_for_all_where_a_node_says_so(action: str) -> None:
    readers = frozenset({"reader"})
    assert not Policy(require_login=False, event_readers=readers).may_read(ANYBODY, action, "")
    assert not Policy(require_login=False, event_readers=readers).may_read("other", action, "")
    assert Policy(require_login=True, event_readers=readers).may_read("reader", action, "")
    assert Policy(require_login=False, open_events=True).may_read(ANYBODY, action, "")
    assert not Policy(require_login=True, open_events=True).may_read(ANYBODY, action, "")


@pytest.mark.parametrize("action", sorted(EVENTS))
def test_whoever_signs_may_ask_for_events(action: str) -> None:
    assert Policy(require_login=True).may_read("other", action, "")
    assert not Policy(require_login=False).may_read(ANYBODY, action, "")
    assert Policy(require_login=False, open_events=True).may_read(ANYBODY, action, "")
    assert not Policy(require_login=True, open_events=True).may_read(ANYBODY, action, "")
