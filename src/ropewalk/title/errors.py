# SPDX-License-Identifier: Apache-2.0
"""Refusals of title, 7300 to 7399."""

from ropewalk.ledger import LedgerError


class UnknownTitleError(LedgerError):
    """No title was issued under this id."""

    code = "title.unknown_title"
    number = 7300


class NotPossessorError(LedgerError):
    """The actor does not possess the bill."""

    code = "title.not_possessor"
    number = 7301


class NotNegotiableError(LedgerError):
    """The document is not to order: a straight bill or waybill can't be endorsed."""

    code = "title.not_negotiable"
    number = 7302


class NotEndorseeError(LedgerError):
    """The actor possesses the bill, but it is endorsed to somebody else."""

    code = "title.not_endorsee"
    number = 7303


class MayNotEndorseError(LedgerError):
    """The bill was endorsed to the actor without «to order»: it may not endorse on."""

    code = "title.may_not_endorse"
    number = 7304


class StaleError(LedgerError):
    """Another act came first: `last_act` is not the title's last act any more."""

    code = "title.stale"
    number = 7305


class NotTransferableError(LedgerError):
    """A sea waybill has no possession to transfer, endorse, sign, or surrender."""

    code = "title.not_transferable"
    number = 7306


class EndedError(LedgerError):
    """The title was surrendered or delivered; nothing follows."""

    code = "title.ended"
    number = 7307


class SurrenderPendingError(LedgerError):
    """The bill lies with the carrier, which has to accept or reject its surrender first."""

    code = "title.surrender_pending"
    number = 7308


class RecipientIsPossessorError(LedgerError):
    """The recipient possesses the bill already."""

    code = "title.recipient_is_possessor"
    number = 7309


class StraightRecipientError(LedgerError):
    """A straight bill moves between shipper, consignee and a bank only."""

    code = "title.straight_recipient"
    number = 7310


class NothingToRefuseError(LedgerError):
    """The last act was no transfer to the actor; only the very next act can refuse one."""

    code = "title.nothing_to_refuse"
    number = 7311


class WrongAddresseeError(LedgerError):
    """A surrender is addressed to the carrier that issued the bill."""

    code = "title.wrong_addressee"
    number = 7312


class NotSurrendererError(LedgerError):
    """Only shipper or consignee surrenders a straight bill, only the endorsee one to order."""

    code = "title.not_titleholder"
    number = 7313


class NotIssuerError(LedgerError):
    """Only the carrier that issued the document may do this."""

    code = "title.not_issuer"
    number = 7314


class NoSurrenderError(LedgerError):
    """No surrender waits for an answer."""

    code = "title.no_surrender"
    number = 7315


class NotWaybillError(LedgerError):
    """Only a sea waybill is redirected or delivered without surrender."""

    code = "title.not_waybill"
    number = 7316


class NotShipperError(LedgerError):
    """Only the shipper redirects a waybill."""

    code = "title.not_shipper"
    number = 7317


class SameConsigneeError(LedgerError):
    """The waybill names this consignee already."""

    code = "title.same_consignee"
    number = 7318


class NotCarrierError(LedgerError):
    """Only a party registered as carrier issues transport documents."""

    code = "title.not_carrier"
    number = 7330


class ForeignCarrierCodeError(LedgerError):
    """The document's carrier code is not one the actor is registered under."""

    code = "title.foreign_carrier_code"
    number = 7331


class MalformedReferenceError(LedgerError):
    """The transport document reference holds other than printable ASCII, or is too long."""

    code = "title.malformed_reference"
    number = 7332


class ReferenceUsedError(LedgerError):
    """The carrier issued a document under this reference before; references are used once."""

    code = "title.reference_used"
    number = 7333


class GoverningLawError(LedgerError):
    """The document names no governing law, or one that this network does not recognise."""

    code = "title.governing_law"
    number = 7334


class RolesOfDocumentError(LedgerError):
    """Consignee, endorsee or first possessor do not fit the kind of document."""

    code = "title.roles_of_document"
    number = 7335
