# SPDX-License-Identifier: Apache-2.0
"""How a command ends: exit codes, one JSON document on stdout, errors that say what to do."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from ropewalk.client import (
    ClientError,
    DocumentError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    VerificationError,
)
from ropewalk.codes import CodeError
from ropewalk.crypto import CanonicalError, KeyFileError
from ropewalk.engines.errors import ArchiveError, SuccessionError
from ropewalk.engines.port import EngineError
from ropewalk.ledger import GenesisError, LedgerError
from ropewalk.tlog import ProofError
from ropewalk.tracking import TrackingError
from ropewalk.vault import VaultError

DONE, FAILED, USAGE, REFUSED, UNKNOWN, CANNOT_START = range(6)

errors = Console(stderr=True, highlight=False)


class UsageError(Exception):
    """The command was called in a way that can't work."""

    code = "cli.usage"
    number = 7890


class NoCometBftError(Exception):
    """CometBFT is not there, is of a line that does not fit, or can't be built."""

    code = "cli.no_cometbft"
    number = 7891


def _ends() -> tuple[tuple[type[Exception], int], ...]:
    """Which error ends a command how; the first that fits counts."""
    return (
        (UsageError, USAGE),
        (RefusedError, REFUSED),
        (UnknownOutcomeError, UNKNOWN),
        (VerificationError, FAILED),
        (NotFoundError, REFUSED),
        (UnreachableError, CANNOT_START),
        (DocumentError, REFUSED),
        (LedgerError, REFUSED),
        (TrackingError, REFUSED),
        (CodeError, USAGE),
        (CanonicalError, USAGE),
        (KeyFileError, CANNOT_START),
        (NoCometBftError, CANNOT_START),
        (GenesisError, CANNOT_START),
        (ArchiveError, FAILED),
        (SuccessionError, REFUSED),
        (EngineError, CANNOT_START),
        (VaultError, CANNOT_START),
        (ClientError, FAILED),
        (ProofError, USAGE),
        *_ends_of_views(),
    )


def _ends_of_views() -> tuple[tuple[type[Exception], int], ...]:
    """Errors of the views end a command only where it has loaded them: they are heavy."""
    views = sys.modules.get("ropewalk.views")
    return () if views is None else ((views.ViewsError, CANNOT_START),)


@contextmanager
def ending(*, as_json: bool) -> Iterator[None]:
    """Turn what a command raises into its exit code and a message."""
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        stop(*known, as_json=as_json)


def _known(error: Exception) -> tuple[Exception, int] | None:
    """An error that a user can do something about, and how the command ends; None for a bug."""
    for kind, code in _ends():
        if isinstance(error, kind):
            return error, code
    if isinstance(error, UnicodeError):
        return UsageError(f"text that is not UTF-8 or ASCII: {error}"), USAGE
    if isinstance(error, RecursionError):
        return UsageError("nested too deep"), USAGE
    if isinstance(error, OSError):
        detail = f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
        return UsageError(detail), USAGE
    return None


def stop(error: Exception, exit_code: int, *, as_json: bool) -> NoReturn:
    """Say what went wrong, and end."""
    refusal = as_refusal(error)
    if as_json:
        write_json(refusal)
    errors.print(f"[red]{refusal['code']}[/] ({refusal['number']}): ", end="", soft_wrap=True)
    errors.print(plain(_in_full(refusal)), soft_wrap=True)
    raise typer.Exit(exit_code)


def _in_full(refusal: dict[str, Any]) -> str:
    """A refusal's text, behind what it means where the rules say so."""
    from ropewalk.cli.meanings import meaning_of  # noqa: PLC0415  # heavy, and of use here only

    meaning, detail = meaning_of(refusal["number"]), str(refusal["detail"])
    if not meaning or meaning == detail:
        return detail
    return f"{meaning.rstrip('.')}: {detail}"


def as_refusal(error: Exception) -> dict[str, Any]:
    """`{"code", "number", "detail"}` of an error."""
    if isinstance(error, RefusedError):
        return {
            "code": error.refusal_code,
            "number": error.refusal_number,
            "detail": error.detail or str(error),
        }
    code = getattr(error, "code", "cli.error")
    number = getattr(error, "number", 7899)
    return {"code": code, "number": number, "detail": str(error) or type(error).__doc__ or ""}


def write_json(value: object) -> None:
    """The command's one JSON document."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.flush()


def plain(text: object) -> str:
    """Text from outside, fit for a terminal: no markup, no control or escape sequences."""
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in str(text))
    return escape(shown)


def report(value: object, *, as_json: bool, tell: Callable[[Console], None]) -> None:
    """JSON for programs, or words for people."""
    if as_json:
        write_json(value)
    else:
        tell(Console(highlight=False))
