# SPDX-License-Identifier: Apache-2.0
"""SQL read models: what happened to the goods, derived from the ledger, and sent to who asks."""

from ropewalk.views import desk_reading, portfolio, subscriptions
from ropewalk.views.claiming import CLAIMS_BYTES_MAX, CLAIMS_MAX, REFERENCES, Claims, claims_of
from ropewalk.views.cursors import Place, Spot, read_spot, write_spot
from ropewalk.views.cursors import read as read_cursor
from ropewalk.views.cursors import write as write_cursor
from ropewalk.views.database import Database, sqlite_url
from ropewalk.views.desk_reading import Todo
from ropewalk.views.egress import Rules
from ropewalk.views.errors import (
    CallbackError,
    CursorError,
    DatabaseError,
    DeviceEventsError,
    EventsClosedError,
    FilterError,
    LoadMismatchError,
    NotConcernedError,
    NoViewsError,
    PayloadError,
    RecordLateError,
    RootMismatchError,
    SecretError,
    TooManyClaimsError,
    TooManySubscriptionsError,
    UnknownAccountError,
    UnknownClaimError,
    UnknownEventError,
    UnknownSubscriptionError,
    ViewsError,
)
from ropewalk.views.filters import Filters
from ropewalk.views.finding import (
    PAGE_MAX,
    Arrival,
    Page,
    arrived,
    by_event_id,
    datas,
    find,
    newest_arrival,
    rows,
)
from ropewalk.views.house import Standing, Views
from ropewalk.views.payloads import Batch, Message, copy_payloads, joined
from ropewalk.views.projector import figures, forget, reached
from ropewalk.views.reading import EVERYTHING, Reader, parties_of, scope_of
from ropewalk.views.schema import BATCH_EVENTS_MAX
from ropewalk.views.subscriptions import Subscription, secret_of
from ropewalk.views.waiting import Wait
from ropewalk.views.waiting_boxes import followed, is_released, of_box

__all__ = [
    "BATCH_EVENTS_MAX",
    "CLAIMS_BYTES_MAX",
    "CLAIMS_MAX",
    "EVERYTHING",
    "PAGE_MAX",
    "REFERENCES",
    "Arrival",
    "Batch",
    "CallbackError",
    "Claims",
    "CursorError",
    "Database",
    "DatabaseError",
    "DeviceEventsError",
    "EventsClosedError",
    "FilterError",
    "Filters",
    "LoadMismatchError",
    "Message",
    "NoViewsError",
    "NotConcernedError",
    "Page",
    "PayloadError",
    "Place",
    "Reader",
    "RecordLateError",
    "RootMismatchError",
    "Rules",
    "SecretError",
    "Spot",
    "Standing",
    "Subscription",
    "Todo",
    "TooManyClaimsError",
    "TooManySubscriptionsError",
    "UnknownAccountError",
    "UnknownClaimError",
    "UnknownEventError",
    "UnknownSubscriptionError",
    "Views",
    "ViewsError",
    "Wait",
    "arrived",
    "by_event_id",
    "claims_of",
    "copy_payloads",
    "datas",
    "desk_reading",
    "figures",
    "find",
    "followed",
    "forget",
    "is_released",
    "joined",
    "newest_arrival",
    "of_box",
    "parties_of",
    "portfolio",
    "reached",
    "read_cursor",
    "read_spot",
    "rows",
    "scope_of",
    "secret_of",
    "sqlite_url",
    "subscriptions",
    "write_cursor",
    "write_spot",
]
