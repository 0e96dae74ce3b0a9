# SPDX-License-Identifier: Apache-2.0
"""An event of DCSA Track & Trace 3.0, as it is pushed and answered.

The standard marks no member as required. We ask for those without which it is no event: the id,
when, what and how sure, and for each kind its own code; of a retraction for its id alone, since
«any event data other than the `eventID` is irrelevant».

Source: DCSA TNT 3.0.0, `Event`.
"""

from typing import Annotated

import msgspec

Text2 = Annotated[str, msgspec.Meta(max_length=2)]
Text3 = Annotated[str, msgspec.Meta(max_length=3)]
Text4 = Annotated[str, msgspec.Meta(max_length=4)]
Text5 = Annotated[str, msgspec.Meta(max_length=5)]
Text8 = Annotated[str, msgspec.Meta(max_length=8)]
Text10 = Annotated[str, msgspec.Meta(max_length=10)]
Text15 = Annotated[str, msgspec.Meta(max_length=15)]
Text20 = Annotated[str, msgspec.Meta(max_length=20)]
Text30 = Annotated[str, msgspec.Meta(max_length=30)]
Text35 = Annotated[str, msgspec.Meta(max_length=35)]
Text50 = Annotated[str, msgspec.Meta(max_length=50)]
Text65 = Annotated[str, msgspec.Meta(max_length=65)]
Text70 = Annotated[str, msgspec.Meta(max_length=70)]
Text100 = Annotated[str, msgspec.Meta(max_length=100)]
Text150 = Annotated[str, msgspec.Meta(max_length=150)]
Text250 = Annotated[str, msgspec.Meta(max_length=250)]
EventId = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """A part of an event; its fields are the standard's members, "" where one is left out."""


class Party(_Part, frozen=True, kw_only=True):
    """Who sent, passed on or gets an event."""

    party_code: Text150 = ""
    code_list_provider: Text100 = ""
    code_list_name: Text100 = ""
    party_function: Text3 = ""


class Routing(_Part, frozen=True, kw_only=True):
    """The way of an event from party to party."""

    originating_party: Party | None = None
    forwarding_parties: tuple[Party, ...] = ()
    destination_party: Party | None = None


class Classification(_Part, frozen=True, kw_only=True):
    """What happened, and whether it did."""

    event_type_code: str = ""
    event_classifier_code: str = ""
    shipment_event_type_code: str = ""
    transport_event_type_code: str = ""
    equipment_event_type_code: str = ""
    iot_event_type_code: str = ""
    reefer_event_type_code: str = ""


class Address(_Part, frozen=True, kw_only=True):
    """Where a place is, as post is sent."""

    street: Text70 = ""
    street_number: Text50 = ""
    floor: Text50 = ""
    post_code: Text10 = ""
    po_box: Text20 = msgspec.field(name="POBox", default="")
    city: Text35 = ""
    state_region: Text65 = ""
    country_code: Text2 = ""
    address_lines: Annotated[tuple[Text250, ...], msgspec.Meta(max_length=5)] = ()


class Facility(_Part, frozen=True, kw_only=True):
    """A facility by its code in a list."""

    facility_name: Text100 = ""
    facility_code: Annotated[str, msgspec.Meta(max_length=6)] = ""
    facility_code_list_provider: Text10 = ""


class GeoCoordinate(_Part, frozen=True, kw_only=True):
    """A point on Earth."""

    latitude: Text20
    longitude: Text20


class Location(_Part, frozen=True, kw_only=True):
    """Where an event happens."""

    location_name: Text100 = ""
    facility_type_code: Text10 = ""
    address: Address | None = None
    place: str = msgspec.field(name="UNLocationCode", default="")
    facility: Facility | None = None
    geo_coordinate: GeoCoordinate | None = None


class Numbered(_Part, frozen=True, kw_only=True):
    """A document or a customer's number, by its type."""

    type_code: str
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Replacement(_Part, frozen=True, kw_only=True):
    """Numbers in the place of others."""

    old_references: tuple[Numbered, ...] = ()
    new_references: tuple[Numbered, ...] = ()


class ShipmentDetails(_Part, frozen=True, kw_only=True):
    """Which shipment an event belongs to."""

    document_reference: Numbered | None = None
    additional_document_references: tuple[Numbered, ...] = ()
    document_reference_replacements: tuple[Replacement, ...] = ()
    shipment_references: tuple[Numbered, ...] = ()
    shipment_reference_replacements: tuple[Replacement, ...] = ()
    shipment_location_type: str = ""
    reason: str = ""
    price_calculation_date: Text10 = ""


class Service(_Part, frozen=True, kw_only=True):
    """A carrier's service."""

    carrier_service_code: Text50 = ""
    universal_service_reference: Text8 = ""


class Voyage(_Part, frozen=True, kw_only=True):
    """A voyage by the carrier's number, or by the one all carriers share."""

    carrier_voyage_number: Text50 = ""
    universal_voyage_reference: Text5 = ""


class Vessel(_Part, frozen=True, kw_only=True):
    """A ship."""

    imo: Text8 = msgspec.field(name="vesselIMONumber", default="")
    vessel_name: Text50 = ""
    vessel_flag: Text2 = ""
    vessel_call_sign: Text10 = ""
    operator_carrier_code: Text10 = ""
    operator_carrier_code_list_provider: Text10 = ""


class Rail(_Part, frozen=True, kw_only=True):
    """A train."""

    rail_car_reference: Text50 = ""
    rail_service_reference: Text50 = ""
    departure_id: Text100 = msgspec.field(name="departureID", default="")


class Vehicle(_Part, frozen=True, kw_only=True):
    """A tractor or trailer."""

    license_plate: Text15 = ""
    vehicle_identification_number: Annotated[str, msgspec.Meta(max_length=17)] = ""


class Truck(_Part, frozen=True, kw_only=True):
    """A tractor with its trailer."""

    tractor_details: Vehicle | None = None
    trailer_details: Vehicle | None = None


class TransportCall(_Part, frozen=True, kw_only=True):
    """One call of a means of transport at one place."""

    transport_call_reference: Text100 = ""
    transport_call_sequence_number: int | None = None
    mode_of_transport: Text50 = ""
    port_visit_reference: Text100 = ""
    service_code_or_reference: Service | None = None
    export_voyage_number_or_reference: Voyage | None = None
    import_voyage_number_or_reference: Voyage | None = None
    vessel_transport: Vessel | None = None
    rail_transport: Rail | None = None
    truck_transport: Truck | None = None


class TransportDetails(_Part, frozen=True, kw_only=True):
    """Which call, and why it is late."""

    delay_reason_codes: tuple[Text3, ...] = ()
    change_remark: Text250 = ""
    transport_call: TransportCall | None = None


class Seal(_Part, frozen=True, kw_only=True):
    """What closes a container."""

    number: Text15 = ""
    source: str = ""
    type: str = ""
    placement: str = ""


class EquipmentDetails(_Part, frozen=True, kw_only=True):
    """Which container."""

    equipment_reference: str = ""
    iso_equipment_code: Text4 = msgspec.field(name="ISOEquipmentCode", default="")
    empty_indicator_code: str = ""
    movement_type: str = ""
    seals: tuple[Seal, ...] = ()


class IotDetails(_Part, frozen=True, kw_only=True):
    """What a device detected."""

    iot_event_code: str = ""


class Probe(_Part, frozen=True, kw_only=True):
    """What one probe of a reefer measured."""

    measured_temperature_value: float | None = None
    usda_probe_number: int | None = msgspec.field(name="USDAProbeNumber", default=None)
    coa_probe: str = msgspec.field(name="COAProbeUDMKey", default="")
    probe_label: str = ""


class ReeferParameters(_Part, frozen=True, kw_only=True):
    """What a reefer is set to, or measures, but temperatures."""

    o2_percentage: float | None = None
    co2_percentage: float | None = None
    humidity_percentage: float | None = None
    air_exchange_value: float | None = None
    air_exchange_unit: str = ""
    is_ventilation_open: bool | None = None
    is_drainholes_open: bool | None = None
    is_bulb_mode: bool | None = None
    is_cold_treatment_required: bool | None = None
    is_controlled_atmosphere_required: bool | None = None


class ReeferDetails(_Part, frozen=True, kw_only=True):
    """What a reefer measured or was set to."""

    temperature_unit: str = ""
    internal_setpoint_temperature: float | None = None
    temperature_probe_measurements: tuple[Probe, ...] = ()
    ambient_measured_temperature: float | None = None
    setpoint_parameters: ReeferParameters | None = None
    measured_parameters: ReeferParameters | None = None


class AnyEvent(_Part, frozen=True, kw_only=True):
    """An event of 3.0, of whatever kind."""

    event_routing: Routing | None = None
    id: EventId = msgspec.field(name="eventID")
    is_retracted: bool = False
    event_date_time: Text35 = ""
    event_updated_date_time: Text35 = ""
    event_location: Location | None = None
    event_classification: Classification | None = None
    shipment_details: ShipmentDetails | None = None
    transport_details: TransportDetails | None = None
    equipment_details: EquipmentDetails | None = None
    iot_details: IotDetails | None = None
    reefer_details: ReeferDetails | None = None


class Retraction(_Part, frozen=True, kw_only=True):
    """The little that counts of a retracted event."""

    id: EventId = msgspec.field(name="eventID")
    is_retracted: bool = False
    event_routing: Routing | None = None


DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
RETRACTIONS: msgspec.json.Decoder[Retraction] = msgspec.json.Decoder(Retraction)
