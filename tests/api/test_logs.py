# SPDX-License-Identifier: Apache-2.0
"""Log lines: one JSON object each, unforgeable, without secrets."""

import io
import json
import logging
import time
from collections.abc import Callable

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.conftest import Running
from ropewalk.api.logs import Forwarder, make_log


@given(st.text())
def test_no_text_can_forge_a_line(text: str) -> None:
    stream = io.StringIO()
    make_log("info", stream).info("request", path=text)
    line = stream.getvalue()
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    assert line.isascii()
    assert json.loads(line)["path"] == text


def test_a_line_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    make_log("warning", stream).info("request")
    assert not stream.getvalue()


def test_a_log_nobody_reads_does_not_fail() -> None:
    stream = io.StringIO()
    log = make_log("info", stream)
    stream.close()
    log.info("request")


def test_a_forwarded_exception_shows_its_type_and_no_words() -> None:
    stream = io.StringIO()
    error = ValueError("canary")
    record = logging.LogRecord(
        "test", logging.ERROR, "", 0, "it\r\nfailed", None, (ValueError, error, None)
    )
    Forwarder(make_log("info", stream)).emit(record)
    found = json.loads(stream.getvalue())
    assert found["error"] == "ValueError"
    assert "canary" not in stream.getvalue()


def test_the_access_log_has_a_line_a_request_and_no_secret(
    start: Callable[..., Running], capfd: pytest.CaptureFixture[str]
) -> None:
    node = start(log_level="info")
    headers = {
        "authorization": "Bearer canary",
        "cookie": "canary=1",
        "x-a": "canary",
        "content-type": "application/jose",
    }
    httpx2.post(f"{node.url}/v1/transactions?canary=canary", content="canary", headers=headers)
    httpx2.post(f"{node.url}/v1/transactions", content="canary", headers=headers)
    httpx2.get(f"{node.url}/v1/titles/%0d%0a%1b%5b31m")
    found, until = "", time.monotonic() + 5
    while found.count('"event":"request"') < 3 and time.monotonic() < until:
        time.sleep(0.01)
        found += capfd.readouterr().err
    assert "canary" not in found
    lines = [json.loads(each) for each in found.splitlines() if each.startswith("{")]
    requests = [each for each in lines if each["event"] == "request"]
    assert [each["status"] for each in requests] == [400, 400, 400]
    assert requests[1]["code"] == "ledger.malformed"
