# SPDX-License-Identifier: Apache-2.0
"""Where requests end: strictly, and the same however the bytes arrive."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.api.errors import ApiError
from ropewalk.api.framing import Framing, Part
from ropewalk.api.settings import Caps

HOST = b"Host: a\r\n"


def passed(*pieces: bytes) -> tuple[list[bytes], int]:
    """The requests that pass, or the status of the refusal."""
    framing, requests, current = Framing(Caps()), [], b""
    try:
        for piece in pieces:
            framing.feed(piece)
            while found := framing.take():
                current += found
                if framing.part is Part.COMPLETE:
                    requests.append(current)
                    current = b""
                    framing.release()
    except ApiError as error:
        return requests, error.status
    return requests, 0


GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /x HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST /x HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
)


@given(
    st.lists(st.sampled_from([GET, POST, CHUNKED]), min_size=1, max_size=4),
    st.lists(st.integers(min_value=0, max_value=400), max_size=12),
)
def test_cuts_make_no_difference(requests: list[bytes], cuts: list[int]) -> None:
    data, at = b"".join(requests), sorted(cuts)
    pieces = [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]
    assert passed(*pieces) == (requests, 0)


@given(st.binary(max_size=200), st.sampled_from([GET, POST, CHUNKED]), st.data())
def test_whatever_passes_h11_reads_alike(noise: bytes, base: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(base)))
    drop = data.draw(st.integers(min_value=0, max_value=3))
    requests, _ = passed(base[:at] + noise + base[at + drop :])
    for request in requests:
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(request)
        events = []
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            assert event not in (h11.NEED_DATA, h11.PAUSED)
            events.append(event)
        assert isinstance(events[0], h11.Request)
        assert connection.trailing_data[0] == b""


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: \r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0),
        (b"GET / HTTP/1.1\r\nHost: a:99\r\n\r\n", 0),
        (b"GET / HTTP/1.0\r\n\r\n", 0),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
        (b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET http://b/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"CONNECT b:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /#x HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\nC: d\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\rC: d\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Expect: tea\r\n\r\n", 417),
        (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /" + b"a" * 20_000, 414),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 100 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 99 + b"\r\n", 0),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 17_000, 431),
    ],
)
def test_a_head_is_read_strictly(head: bytes, status: int) -> None:
    assert passed(head)[1] == status


@pytest.mark.parametrize(
    ("fields", "body", "status"),
    [
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"", 400),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", b"", 400),
        (b"Content-Length: 5, 5\r\n", b"", 400),
        (b"Content-Length: +5\r\n", b"", 400),
        (b"Content-Length: 0x5\r\n", b"", 400),
        (b"Content-Length: 10485761\r\n", b"", 413),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"", 400),
        (b"Transfer-Encoding: gzip, chunked\r\n", b"", 501),
        (b"Transfer-Encoding: xchunked\r\n", b"", 501),
        (b"Transfer-Encoding: chunked\r\n", b"5\nhello\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"5;a=b\r\nhello\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"0\r\nA: b\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"0x5\r\nhello", 400),
        (b"Transfer-Encoding: chunked\r\n", b"-5\r\nhello", 400),
        (b"Transfer-Encoding: chunked\r\n", b" 5\r\nhello", 400),
        (b"Transfer-Encoding: chunked\r\n", b"\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"00000000000", 400),
        (b"Transfer-Encoding: chunked\r\n", b"A00001\r\n", 413),
    ],
)
def test_a_body_is_framed_strictly(fields: bytes, body: bytes, status: int) -> None:
    assert passed(b"POST / HTTP/1.1\r\n" + HOST + fields + b"\r\n" + body)[1] == status


def test_chunks_and_lengths_do_not_mix_with_http_1_0() -> None:
    head = b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert passed(head)[1] == 400
