"""Open Referral UK 3.0 (HSDS-UK): already the form that we read; only what publishers add or spell otherwise is moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OTHER_NAMES = {"organisation": "organization", "service_at_location": "service_at_locations", "fundings": "funding"}


def looks_like(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is a service: it has a name, or what belongs to services only."""
    return "status" in record or bool({"organization", "organization_id", "service_at_locations"} & set(record))


def translate(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the service with the standard's names, and a Bristol-style target audience as attributes."""
    service = {_OTHER_NAMES.get(name, name): value for name, value in record.items()}
    audience = service.pop("pc_targetAudience", None)
    if isinstance(audience, list):
        attributes = service.get("attributes")
        service["attributes"] = [
            *(attributes if isinstance(attributes, list) else [attributes] if attributes else []),
            *(
                _audience(part)
                for part in audience
                if isinstance(part, dict) and isinstance(part.get("audienceType"), str)
            ),
        ]
        others = [
            part for part in audience if not isinstance(part, dict) or not isinstance(part.get("audienceType"), str)
        ]
        if others:
            service["pc_targetAudience"] = others
    elif audience:
        service["pc_targetAudience"] = audience
    return service


def _audience(part: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in part.items() if name not in ("audienceType", "id")}
    name = part["audienceType"]
    term = {"id": f"pc_targetAudience/{part.get('id') or name}", "name": name, "taxonomy": "pc_targetAudience"}
    return {"link_type": "service", "taxonomy_term": term, **rest}
