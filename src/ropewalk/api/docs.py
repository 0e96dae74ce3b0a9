# SPDX-License-Identifier: Apache-2.0
"""The reference as one HTML page, rendered here from the OpenAPI document.

No script, no request to anywhere: the page works behind a strict CSP and in a text browser.
"""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec

STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
body{color:#1b1b1b;background:#fff}
a{color:#0b4f8a}code,pre{font-family:ui-monospace,monospace;font-size:.9rem}
pre{background:#f3f3f0;padding:.75rem;overflow-x:auto}
table{border-collapse:collapse;margin:.5rem 0}
th,td{border:1px solid #767676;padding:.25rem .6rem;text-align:left;vertical-align:top}
section{border-top:1px solid #767676;margin-top:1.5rem}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CSP = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The page's content security policy: its one style sheet, nothing else."""


def page(document: dict[str, Any]) -> str:
    """The page.

    Args:
        document: An OpenAPI 3.1 document.
    """
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    return "".join(
        (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>",
            f"<p>{escape(document['info'].get('description', ''))}</p>",
            '<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>',
            "<nav><h2>Paths</h2><ul>",
            *(
                f'<li><a href="#{_anchor(*each[:2])}">{_name(*each[:2])}</a></li>'
                for each in _operations(document)
            ),
            "</ul></nav>",
            *(_section(*each) for each in _operations(document)),
            "<section><h2>Schemas</h2>",
            *(_schema(name, schema) for name, schema in document["components"]["schemas"].items()),
            "</section></main></body></html>",
        )
    )


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in sorted(document["paths"]):
        for method, operation in document["paths"][path].items():
            yield method, path, operation


def _anchor(method: str, path: str) -> str:
    return escape(method + path.replace("/", "-").replace("{", "").replace("}", ""), quote=True)


def _name(method: str, path: str) -> str:
    return f"<code>{escape(method.upper())} {escape(path)}</code>"


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    return "".join(
        (
            f'<section id="{_anchor(method, path)}"><h2>{_name(method, path)}</h2>',
            f"<p>{escape(operation.get('description', ''))}</p>",
            _table("Parameters", map(_parameter, operation.get("parameters", []))),
            _table("Body", _contents(operation.get("requestBody", {}))),
            _table("Answers", _responses(operation.get("responses", {}))),
            "</section>",
        )
    )


def _table(caption: str, rows: Any) -> str:
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    if not cells:
        return ""
    body = "".join(f"<tr>{each}</tr>" for each in cells)
    return f"<table><caption>{caption}</caption><tbody>{body}</tbody></table>"


def _parameter(parameter: dict[str, Any]) -> tuple[str, str, str]:
    name, place = escape(parameter["name"]), escape(parameter["in"])
    needed = "required" if parameter.get("required") else "optional"
    return f"<code>{name}</code>", f"{place}, {needed}", _brief(parameter.get("schema", {}))


def _contents(holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, content in holder.get("content", {}).items():
        yield f"<code>{escape(kind)}</code>", _brief(content.get("schema", {}))


def _responses(responses: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for status, response in responses.items():
        kinds = "<br>".join(f"{kind}: {brief}" for kind, brief in _contents(response))
        yield escape(status), escape(response.get("description", "")), kinds


def _brief(schema: dict[str, Any]) -> str:
    """A schema in a few words; references become links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2], quote=True)
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_brief(each) for each in schema["anyOf"])
    return f"<code>{escape(msgspec.json.encode(schema).decode())}</code>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    text = msgspec.json.format(msgspec.json.encode(schema), indent=2).decode()
    anchor = escape(name, quote=True)
    return f'<h3 id="schema-{anchor}">{anchor}</h3><pre>{escape(text)}</pre>'
