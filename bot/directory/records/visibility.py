"""Which records the public sees: those that run, are not withdrawn, and are within the dates their publisher set."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from bot.directory.records.models import ACTIVE, Service


def shown_on(day: date) -> ColumnElement[bool]:
    """Return the condition under which a service is shown on `day`; closed and withdrawn ones are not."""
    return and_(
        Service.status == ACTIVE,
        Service.withdrawn_at.is_(None),
        or_(Service.visible_from.is_(None), Service.visible_from <= day),
        or_(Service.visible_to.is_(None), Service.visible_to >= day),
    )
