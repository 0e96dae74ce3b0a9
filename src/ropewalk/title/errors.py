# SPDX-License-Identifier: Apache-2.0
"""Refusals of title, 7300 to 7399."""

from ropewalk.ledger import ApprovalNeededError, LedgerError


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


class FrozenError(LedgerError):
    """The title is frozen by a court's order: nothing moves until governance lifts it."""

    code = "title.frozen"
    number = 7319


class LeasedError(LedgerError):
    """The holder committed not to act before a time that has not come."""

    code = "title.leased"
    number = 7320


class OnPaperError(LedgerError):
    """The bill was switched to paper: the electronic record refuses every act."""

    code = "title.on_paper"
    number = 7321


class PledgedError(ApprovalNeededError):
    """The title is pledged: pledgee and beneficiary have to approve. Propose the act."""

    code = "title.pledged"
    number = 7322


class NotInControlError(LedgerError):
    """The actor is not in control of the title."""

    code = "title.not_in_control"
    number = 7323


class BadMasterError(LedgerError):
    """The master bill is unknown, not live, or itself a house bill."""

    code = "title.bad_master"
    number = 7336


class NotPledgedError(LedgerError):
    """There is no pledge on the title."""

    code = "title.not_pledged"
    number = 7340


class NotPledgeeError(LedgerError):
    """The title is pledged to somebody else."""

    code = "title.not_pledgee"
    number = 7341


class PledgedAlreadyError(LedgerError):
    """The title is pledged already; there is one pledge at a time."""

    code = "title.pledged_already"
    number = 7342


class PledgeeIsPossessorError(LedgerError):
    """The pledgee possesses the bill already."""

    code = "title.pledgee_is_possessor"
    number = 7343


class BadSecuredAmountError(LedgerError):
    """A secured amount has a currency of ISO 4217; without one both are left empty."""

    code = "title.bad_secured_amount"
    number = 7344


class PledgeeWithoutPossessionError(LedgerError):
    """The pledgee does not possess the bill."""

    code = "title.pledgee_without_possession"
    number = 7345


class NoTrustReceiptError(LedgerError):
    """The title is not out on a trust receipt."""

    code = "title.no_trust_receipt"
    number = 7346


class TrustReceiptRunningError(LedgerError):
    """The trust receipt's time is not over."""

    code = "title.trust_receipt_running"
    number = 7347


class NotDueError(LedgerError):
    """What the pledge secures is not overdue, or names no day."""

    code = "title.not_due"
    number = 7348


class BadTitleUntilError(LedgerError):
    """The end lies in the past, or further ahead than it may."""

    code = "title.bad_until"
    number = 7349


class NotSurrenderedForAmendmentError(LedgerError):
    """The bill was not surrendered for an amendment of this kind."""

    code = "title.not_surrendered_for_amendment"
    number = 7350


class ReplacementDiffersError(LedgerError):
    """What takes the title's place differs from it where it may not."""

    code = "title.replacement_differs"
    number = 7351


class WrongHolderError(LedgerError):
    """What takes the title's place is issued to its holder and nobody else."""

    code = "title.wrong_holder"
    number = 7352


class UnknownCargoError(LedgerError):
    """The cargo list is not the one that the title was issued with, or it was issued with none."""

    code = "title.unknown_cargo"
    number = 7353


class MalformedCargoError(LedgerError):
    """A cargo list is out of order, or an item has neither packages nor weight."""

    code = "title.malformed_cargo"
    number = 7354


class NotConservedError(LedgerError):
    """Packages, weight, volume or boxes do not add up to what there was."""

    code = "title.not_conserved"
    number = 7355


class ParentsDifferError(LedgerError):
    """Bills to be combined differ where they must agree, or are out of order."""

    code = "title.parents_differ"
    number = 7356


class PaperUsedError(LedgerError):
    """This paper bill took another title's place, or gave way to one, already."""

    code = "title.paper_used"
    number = 7357


class NotOnPaperError(LedgerError):
    """The title's place was not taken by this paper bill, or it came back already."""

    code = "title.not_on_paper"
    number = 7358


class NotFrozenError(LedgerError):
    """The title is not frozen."""

    code = "title.not_frozen"
    number = 7360


class TooFewGovernorsError(LedgerError):
    """No single key freezes a title: governance needs a threshold of two or more."""

    code = "title.too_few_governors"
    number = 7361


class IndemnifiedAlreadyError(LedgerError):
    """The goods are delivered against a letter of indemnity already."""

    code = "title.indemnified_already"
    number = 7362


class BadOnBoardDateError(LedgerError):
    """The on-board date is no day on the calendar."""

    code = "title.bad_on_board_date"
    number = 7363


class TitleInEscrowError(LedgerError):
    """The title lies in an exchange's escrow: nobody moves it till that is decided."""

    code = "title.in_escrow"
    number = 7365


class NotInEscrowError(LedgerError):
    """The title lies in no escrow of this exchange."""

    code = "title.not_in_escrow"
    number = 7366


class CargoBilledError(LedgerError):
    """Another live bill of the same carrier's is over the same cargo item."""

    code = "title.cargo_billed"
    number = 7367


class OwnIndemnityError(LedgerError):
    """A letter of indemnity is given to the carrier: it is neither requester, receiver nor bank."""

    code = "title.own_indemnity"
    number = 7364
