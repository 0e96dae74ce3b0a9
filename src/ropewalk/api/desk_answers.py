# SPDX-License-Identifier: Apache-2.0
"""The JSON documents about desks. Times are seconds since 1970, sums digits of minor units."""

import msgspec


class WaitingAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An act that waits for the controller, and what it is about."""

    act: str
    """Such as `title.SACC`."""
    kind: str
    """Of the subject: `title`, `exchange`, `payable`, …"""
    subject: str
    """Its id; of a box its tag, of a proposal its act hash."""
    number: int = 0
    """Of the leg, title or part of a condition."""
    about: str = ""
    """The leg's title or receivable, the box's title, the fact's subject."""
    label: str = ""
    """What the subject says in clear: a title's reference, the act proposed, a draft's status."""
    document_type: str = ""
    status: str
    by_s: int = 0
    """By when; left out where no moment is named. May be past: then it is late."""
    since_s: int
    """Since the last act on the subject, or since its time began."""
    currency: str = ""
    amount: str = ""
    position: int
    """Of the last act on the subject."""


class TodosPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what waits: by the moment it should be done or began, what names none last."""

    position: int
    """Entries of the log below it are in here; single records may be newer."""
    next: str
    """The `cursor` of the page behind this one; "" where there is none."""
    now_s: int
    """The node's clock, by which it was decided what waits."""
    todos: list[WaitingAct]


class DeskSubject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that concerns the controller."""

    kind: str
    subject: str
    parts: list[str]
    """What the controller is to it, sorted: `holder`, `issuer`, `pledgee`, …"""
    label: str = ""
    document_type: str = ""
    status: str
    is_open: bool
    """Whether something can still become of it."""
    due_s: int = 0
    """The moment its record names: a deadline, the day of payment."""
    currency: str = ""
    amount: str = ""
    position: int
    """Of the last act on it."""
    time_s: int
    """When that was: the block's time."""


class SubjectsPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what concerns a controller, the last act first."""

    position: int
    next: str
    subjects: list[DeskSubject]


class FoundSubjects(msgspec.Struct, frozen=True, kw_only=True):
    """What concerns a controller and is called so, the last act first."""

    position: int
    subjects: list[DeskSubject]


STRUCTS = (TodosPage, SubjectsPage, FoundSubjects)
