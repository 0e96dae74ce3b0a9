# SPDX-License-Identifier: Apache-2.0
"""docs/concepts/client.md: its examples run, in order, against a real node."""

import re
from pathlib import Path

from network import Network

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "concepts" / "client.md"


def test_the_pages_examples_run(network: Network, node_url: str, tmp_path: Path) -> None:
    document = ROOT / "examples" / "to-order.json"
    text = document.read_text(encoding="utf-8")
    code = re.search(r'"carrierCode":\s*"(\w+)"', text)
    assert code is not None
    copied = tmp_path / "document.json"
    copied.write_text(text.replace(code[0], '"carrierCode": "TST"'), encoding="utf-8")
    names = {
        "node_url": node_url,
        "document_path": copied,
        "folder": tmp_path,
        **network.parties,
    }
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 6
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102  # our own page
