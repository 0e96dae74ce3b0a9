# SPDX-License-Identifier: Apache-2.0
"""Templates for a shipper's repeat work: a request with gaps, filled anew each time.

A template is a JSON file `{"ask":[path, …],"body":{…},"format":"ropewalk-template/1"}`. A path is
names and list places joined by dots, `requestedEquipments.0.units`. What is asked for must be
set; whatever else is there may be.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.client.errors import TemplateError

FORMAT = "ropewalk-template/1"
SIZE_MAX = 2**20
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request with gaps."""

    ask: list[str]
    """Paths that must be set, sorted."""
    body: dict[str, Any]
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Templates:
    """A folder of templates."""

    path: Path

    def save(self, name: str, data: bytes, ask: Iterable[str] = ()) -> Template:
        """Make a template of a request.

        Args:
            name: to be used by.
            data: the request, JSON.
            ask: paths that are emptied, and asked for when it is used.

        Raises:
            TemplateError: the name or a path can't be one, or the request is no JSON object.
        """
        body = _decoded(data, dict[str, Any])
        paths = sorted(set(ask))
        for path in paths:
            put(body, path, None)
        template = Template(ask=paths, body=body)
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = msgspec.json.format(msgspec.json.encode(template), indent=1)
        self._file(name).write_bytes(text + b"\n")
        return template

    def names(self) -> list[str]:
        """Every template's name, sorted."""
        return sorted(one.stem for one in self.path.glob("*.json"))

    def get(self, name: str) -> Template:
        """A template.

        Raises:
            TemplateError: there is none of that name, or the file is none.
        """
        try:
            data = self._file(name).read_bytes()
        except FileNotFoundError as error:
            raise TemplateError(f"no template {name}; there are: {self.names()}") from error
        found: Template = _decoded(data, Template)
        if found.format != FORMAT:
            raise TemplateError(f"{found.format} is no format of a template")
        return found

    def filled(self, name: str, values: Mapping[str, Any]) -> bytes:
        """A request from a template.

        Args:
            name: the template's.
            values: what stands at which path.

        Raises:
            TemplateError: something asked for is not given, or a path leads nowhere.
        """
        template = self.get(name)
        missing = [path for path in template.ask if path not in values]
        if missing:
            raise TemplateError(f"{name} asks for {', '.join(missing)}")
        for path, value in values.items():
            put(template.body, path, value)
        return msgspec.json.format(msgspec.json.encode(template.body), indent=2) + b"\n"

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise TemplateError("a template's name is lower-case letters, digits and dashes")
        return self.path / f"{name}.json"


def put(body: dict[str, Any], path: str, value: object) -> None:
    """Set what stands at a path; a member that is not there yet is added to its object.

    Raises:
        TemplateError: the path leads nowhere.
    """
    *before, last = path.split(".")
    here: Any = body
    for step in before:
        here = here[_place(here, step, path)]
    here[_place(here, last, path, adds=True)] = value


def _place(here: Any, step: str, path: str, *, adds: bool = False) -> Any:
    if isinstance(here, list) and step.isdecimal() and int(step) < len(here):
        return int(step)
    if isinstance(here, dict) and step and (adds or step in here):
        return step
    raise TemplateError(f"{path} leads nowhere: {step}")


def _decoded(data: bytes, kind: Any) -> Any:
    if len(data) > SIZE_MAX:
        raise TemplateError(f"{len(data)} bytes are more than {SIZE_MAX}")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TemplateError(f"not the JSON that it should be: {error}") from error
