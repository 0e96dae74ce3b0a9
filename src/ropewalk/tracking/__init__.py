# SPDX-License-Identifier: Apache-2.0
"""Track and trace: what was reported of the goods, read once at the edge, and what follows from it.

`read_events` takes bytes of DCSA Track & Trace 2.2 or 3.0; `root_of` makes a claim of them;
`resolve` gives many claims' one answer; `run` lets a clock run over them. Nothing here keeps
anything, reads a clock or opens a file.
"""

from ropewalk.tracking import tables
from ropewalk.tracking.answering import (
    CERTAINTY,
    CLOSEST,
    Answer,
    Claimed,
    Weighed,
    answers,
    eta,
    etas,
    milestone_key,
    resolve,
)
from ropewalk.tracking.claims import (
    CONSIGNMENTS_MAX,
    Shown,
    check_shown,
    leaf,
    leaf_salt,
    naming,
    root_of,
    show,
)
from ropewalk.tracking.clocks import Clock, Step, Terms, price, run
from ropewalk.tracking.errors import (
    ClaimError,
    DateTimeError,
    DuplicateMemberError,
    EquipmentError,
    EventIdError,
    FormError,
    LocationError,
    MissingMemberError,
    NotInClaimError,
    NotJsonError,
    StructureError,
    TermsError,
    TooLargeError,
    TrackingError,
    UnknownCodeError,
)
from ropewalk.tracking.event import Event, Kind, References, Version
from ropewalk.tracking.faces import OnBoard, on_board
from ropewalk.tracking.forms import instant_ms
from ropewalk.tracking.reading import (
    BATCH_BYTES_MAX,
    EVENT_BYTES_MAX,
    EVENTS_MAX,
    check_size,
    read_event,
    read_events,
)

__all__ = [
    "BATCH_BYTES_MAX",
    "CERTAINTY",
    "CLOSEST",
    "CONSIGNMENTS_MAX",
    "EVENTS_MAX",
    "EVENT_BYTES_MAX",
    "Answer",
    "ClaimError",
    "Claimed",
    "Clock",
    "DateTimeError",
    "DuplicateMemberError",
    "EquipmentError",
    "Event",
    "EventIdError",
    "FormError",
    "Kind",
    "LocationError",
    "MissingMemberError",
    "NotInClaimError",
    "NotJsonError",
    "OnBoard",
    "References",
    "Shown",
    "Step",
    "StructureError",
    "Terms",
    "TermsError",
    "TooLargeError",
    "TrackingError",
    "UnknownCodeError",
    "Version",
    "Weighed",
    "answers",
    "check_shown",
    "check_size",
    "eta",
    "etas",
    "instant_ms",
    "leaf",
    "leaf_salt",
    "milestone_key",
    "naming",
    "on_board",
    "price",
    "read_event",
    "read_events",
    "resolve",
    "root_of",
    "run",
    "show",
    "tables",
]
