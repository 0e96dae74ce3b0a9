# SPDX-License-Identifier: Apache-2.0
"""Refusals of cargo, 7400 to 7449; of the documents on their way to a title, 7450 to 7499."""

from ropewalk.ledger import LedgerError


class UnknownMovementError(LedgerError):
    """No import movement was announced for this box."""

    code = "cargo.unknown_movement"
    number = 7400


class MovementKnownError(LedgerError):
    """The box's import movement was announced before; a container arrives once a voyage."""

    code = "cargo.movement_known"
    number = 7401


class LeftError(LedgerError):
    """The container left through the gate already."""

    code = "cargo.left"
    number = 7402


class NotRegisteredAsError(LedgerError):
    """The act is for parties of a role in which the one named, or the actor, is not registered."""

    code = "cargo.not_registered_as"
    number = 7403


class NotLoadedForError(LedgerError):
    """The terminal loaded the box for another carrier."""

    code = "cargo.not_loaded_for"
    number = 7404


class UnknownBillError(LedgerError):
    """A title is named that was never issued, or too many took its place to follow."""

    code = "cargo.unknown_bill"
    number = 7405


class NotCarriersBillError(LedgerError):
    """No title that the announcing carrier issued is among those named."""

    code = "cargo.not_carriers_bill"
    number = 7406


class BillsMissingError(LedgerError):
    """A title that names the box is left out: it would leave without that one's release."""

    code = "cargo.bills_missing"
    number = 7407


class UnsortedError(LedgerError):
    """A list is not sorted, or names something twice."""

    code = "cargo.unsorted"
    number = 7408


class NotOfMovementError(LedgerError):
    """The actor has not the part in this movement that the act is for."""

    code = "cargo.not_of_movement"
    number = 7409


class NotIssuerError(LedgerError):
    """Only the carrier that issued the title orders delivery under it."""

    code = "cargo.not_issuer"
    number = 7410


class NoBasisError(LedgerError):
    """Nothing allows delivery: no accepted surrender, no waybill, no letter of indemnity (T32)."""

    code = "cargo.no_basis"
    number = 7411


class OrderedAlreadyError(LedgerError):
    """Delivery of this box under this title was ordered before."""

    code = "cargo.ordered_already"
    number = 7412


class BoxNotNamedError(LedgerError):
    """The title, and none whose place it took, is among those of the box's movement."""

    code = "cargo.box_not_named"
    number = 7413


class BadWindowError(LedgerError):
    """A window of time that is over, or ends before it begins."""

    code = "cargo.bad_window"
    number = 7414


class NotReleasedError(LedgerError):
    """The carrier's light is not green: a title that names the box is not released."""

    code = "cargo.not_released"
    number = 7415


class GrantedAlreadyError(LedgerError):
    """The pick-up right was granted already; it passes from hand to hand."""

    code = "cargo.granted_already"
    number = 7416


class NotReleasePartyError(LedgerError):
    """The first to get the right is whom a delivery order of this carrier releases to."""

    code = "cargo.not_release_party"
    number = 7417


class NoRightError(LedgerError):
    """There is no pick-up right for this box."""

    code = "cargo.no_right"
    number = 7418


class StaleRightError(LedgerError):
    """Another act came first: `last_act` is not the right's last act any more."""

    code = "cargo.stale_right"
    number = 7419


class NotHolderError(LedgerError):
    """The actor does not hold the pick-up right."""

    code = "cargo.not_holder"
    number = 7420


class OfferedError(LedgerError):
    """The right is offered to somebody who has not answered yet."""

    code = "cargo.offered"
    number = 7421


class NotOfferedError(LedgerError):
    """The right is not offered to the actor."""

    code = "cargo.not_offered"
    number = 7422


class HeldAlreadyError(LedgerError):
    """Whoever is named holds the right already, or held it on its way here."""

    code = "cargo.held_already"
    number = 7423


class TooManyHandsError(LedgerError):
    """The right went through as many hands as it may."""

    code = "cargo.too_many_hands"
    number = 7424


class NotRevocableError(LedgerError):
    """Only who gave the right on, or offers it, takes it back."""

    code = "cargo.not_revocable"
    number = 7425


class NoReasonError(LedgerError):
    """A hold or an examination is told with its reason."""

    code = "cargo.no_reason"
    number = 7426


class BlockedAlreadyError(LedgerError):
    """The actor blocks the box already."""

    code = "cargo.blocked_already"
    number = 7427


class NotBlockedError(LedgerError):
    """The actor does not block the box."""

    code = "cargo.not_blocked"
    number = 7428


class BlockedError(LedgerError):
    """Carrier, customs or terminal blocks the box."""

    code = "cargo.blocked"
    number = 7429


class CustomsError(LedgerError):
    """The customs' light is not green: neither cleared nor in transit."""

    code = "cargo.customs"
    number = 7430


class NotReadyError(LedgerError):
    """The terminal's light is not green: the box is not ready to be collected."""

    code = "cargo.not_ready"
    number = 7431


class OutsideWindowError(LedgerError):
    """The right is not valid now, or its driver's is not."""

    code = "cargo.outside_window"
    number = 7432


class BadPresentationError(LedgerError):
    """What the driver showed is not a presentation of this right, for this gate and this moment."""

    code = "cargo.bad_presentation"
    number = 7433


class NotLeftError(LedgerError):
    """The container did not leave through the gate yet."""

    code = "cargo.not_left"
    number = 7434


class ReturnedError(LedgerError):
    """The container came back empty already: the movement is closed."""

    code = "cargo.returned"
    number = 7435


class BadDateError(LedgerError):
    """A day that is not on the calendar, lies ahead, or before what it follows."""

    code = "cargo.bad_date"
    number = 7436


class ClaimedAlreadyError(LedgerError):
    """A batch of events of this root was claimed before."""

    code = "cargo.claimed_already"
    number = 7437


class TooManySourcesError(LedgerError):
    """As many parties reported on this box as may."""

    code = "cargo.too_many_sources"
    number = 7438


class NothingToRetractError(LedgerError):
    """The actor did not report that the box was loaded."""

    code = "cargo.nothing_to_retract"
    number = 7439


class OnBoardEvidenceError(LedgerError):
    """Signed loading events do not cover the boxes by the on-board date (T31): no override."""

    code = "cargo.on_board_evidence"
    number = 7440


class SamePartyError(LedgerError):
    """Carrier, terminal and customs of a movement are three parties."""

    code = "cargo.same_party"
    number = 7442


class TooManyBillsError(LedgerError):
    """As many titles name this box as may."""

    code = "cargo.too_many_bills"
    number = 7441


class DeviceKnownError(LedgerError):
    """The device is enrolled, or was; for another party its key makes a new controller."""

    code = "cargo.device_known"
    number = 7443


class PartyNoDeviceError(LedgerError):
    """A registered party speaks for itself: it is nobody's device."""

    code = "cargo.party_no_device"
    number = 7444


class NotEnrolledError(LedgerError):
    """The actor enrolled no such device; or it names boxes in a claim and is no device itself."""

    code = "cargo.not_enrolled"
    number = 7445


class DeviceWithdrawnError(LedgerError):
    """The device was withdrawn: it is attached to nothing and claims nothing."""

    code = "cargo.device_withdrawn"
    number = 7446


class NotAttachedError(LedgerError):
    """A device claims of boxes that it is attached to, and names them."""

    code = "cargo.not_attached"
    number = 7447


class UnknownDocumentError(LedgerError):
    """No booking, instructions or consignment was begun under this id."""

    code = "cargo.unknown_document"
    number = 7450


class DocumentKnownError(LedgerError):
    """The same request was made before: what is begun has a content salted anew."""

    code = "cargo.document_known"
    number = 7451


class StaleDocumentError(LedgerError):
    """Another act came first: `last_act` is not the last act any more."""

    code = "cargo.stale_document"
    number = 7452


class NotSideError(LedgerError):
    """The act is for the other side, or for a party of another role."""

    code = "cargo.not_side"
    number = 7453


class DocumentStateError(LedgerError):
    """The states do not allow the act; docs/reference/transitions.md has the table."""

    code = "cargo.document_state"
    number = 7454


class ReferenceChangedError(LedgerError):
    """The carrier gave another reference before."""

    code = "cargo.reference_changed"
    number = 7455


class BookingNotConfirmedError(LedgerError):
    """A booking named is not confirmed."""

    code = "cargo.booking_not_confirmed"
    number = 7456


class OtherPartiesError(LedgerError):
    """A booking named is not between the actor and the one carrier."""

    code = "cargo.other_parties"
    number = 7457


class NotSurrenderedError(LedgerError):
    """What was issued under the instructions was not surrendered for delivery."""

    code = "cargo.not_surrendered"
    number = 7458


class NotAsApprovedError(LedgerError):
    """What is to be issued is not the draft that was approved."""

    code = "cargo.not_as_approved"
    number = 7459


class CitedAlreadyError(LedgerError):
    """The customs reference is cited already."""

    code = "cargo.cited_already"
    number = 7460


class TooManyCitedError(LedgerError):
    """As many customs references are cited as may."""

    code = "cargo.too_many_cited"
    number = 7461


class ConsignmentClosedError(LedgerError):
    """The consignment is closed."""

    code = "cargo.consignment_closed"
    number = 7462


class NotOfConsignmentError(LedgerError):
    """The actor has not the part in this consignment that the act is for."""

    code = "cargo.not_of_consignment"
    number = 7463


class AdmittedAlreadyError(LedgerError):
    """Whoever is named is a party of the consignment already."""

    code = "cargo.admitted_already"
    number = 7464


class LinkedAlreadyError(LedgerError):
    """The consignment is linked to this already."""

    code = "cargo.linked_already"
    number = 7465


class ConsignmentFullError(LedgerError):
    """The consignment has as many parties, or links, as it may."""

    code = "cargo.consignment_full"
    number = 7466


class NothingToLinkError(LedgerError):
    """Nothing that concerns the actor is known under the id to be linked."""

    code = "cargo.nothing_to_link"
    number = 7467
