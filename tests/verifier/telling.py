# SPDX-License-Identifier: Apache-2.0
"""Short transport documents, for stories."""

from ropewalk.crypto import Value, encode


def document(reference: str, kind: str, *, is_to_order: bool, **more: str) -> bytes:
    """A short transport document."""
    provider, code = ("SMDG", "KML") if kind == "SWB" else ("SMDG", "ARX")
    parties = {role: {"partyName": name} for role, name in sorted(more.items())}
    content: dict[str, Value] = {
        "carrierCode": code,
        "carrierCodeListProvider": provider,
        "documentParties": parties,
        "isToOrder": is_to_order,
        "transportDocumentReference": reference,
        "transportDocumentTypeCode": kind,
    }
    return encode(content) + b"\n"
