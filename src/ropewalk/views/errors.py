# SPDX-License-Identifier: Apache-2.0
"""What the views refuse or can't do, numbers 7600 to 7649."""


class ViewsError(Exception):
    """The views could not do as asked; base of this room's errors."""

    code = "views.error"
    number = 7600


class DatabaseError(ViewsError):
    """The views' database can't be opened or brought to this program's form."""

    code = "views.database"
    number = 7601


class RootMismatchError(ViewsError):
    """The events are not those that were claimed: their root or count is another."""

    code = "views.root_mismatch"
    number = 7602


class UnknownClaimError(ViewsError):
    """No claim with this root stands on the ledger, or its events were never given to this node."""

    code = "views.unknown_claim"
    number = 7603


class PayloadError(ViewsError):
    """A batch of events can't be read back as it was stored."""

    code = "views.payload"
    number = 7604


class CursorError(ViewsError):
    """A cursor that this node did not give for these filters."""

    code = "views.cursor"
    number = 7605


class FilterError(ViewsError):
    """A filter has a value that the standard does not know."""

    code = "views.filter"
    number = 7606


class UnknownSubscriptionError(ViewsError):
    """There is no such subscription."""

    code = "views.unknown_subscription"
    number = 7607


class CallbackError(ViewsError):
    """Events are not sent to such a URL: not https, or its host is no public address."""

    code = "views.callback"
    number = 7608


class SecretError(ViewsError):
    """A subscription's secret is no Base64 of 16 to 256 bytes."""

    code = "views.secret"
    number = 7609


class TooManySubscriptionsError(ViewsError):
    """The node keeps as many subscriptions as it takes."""

    code = "views.too_many_subscriptions"
    number = 7610


class EventsClosedError(ViewsError):
    """The node takes no events that nobody signed; sign a claim."""

    code = "views.events_closed"
    number = 7611


class UnknownEventError(ViewsError):
    """No event has this id."""

    code = "views.unknown_event"
    number = 7612


class NoViewsError(ViewsError):
    """This node keeps no views."""

    code = "views.none"
    number = 7613


class LoadMismatchError(ViewsError):
    """A load that the act names is none of its events: another event, or another local date."""

    code = "views.load_mismatch"
    number = 7614


class TooManyClaimsError(ViewsError):
    """More is claimed of this reference than one answer is made from."""

    code = "views.too_many_claims"
    number = 7615


class NotConcernedError(ViewsError):
    """A claim names a consignment that its claimant is no party of, or that nobody opened."""

    code = "views.not_concerned"
    number = 7616


class DeviceEventsError(ViewsError):
    """A device reports what it can't: no IoT or reefer event, or of more boxes than it claims."""

    code = "views.device_events"
    number = 7617


class RecordLateError(ViewsError):
    """The ledger tells of a record that it does not show yet; the views wait for it."""

    code = "views.record_late"
    number = 7618


class UnknownAccountError(ViewsError):
    """The bank keeps no such account, as far as the views know."""

    code = "views.unknown_account"
    number = 7619
