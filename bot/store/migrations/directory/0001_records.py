"""Local Offer records, where they came from, and the runs that imported them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "directory_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("format", sa.String(40), nullable=False),
        sa.Column("remembered", sa.JSON),
        sa.Column("content_hash", sa.String(64)),
        sa.Column("last_success_at", sa.DateTime(timezone=True)),
        sa.Column("last_full_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "import_run",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("source_key", sa.Integer, sa.ForeignKey("source.key", ondelete="CASCADE"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("rejections", sa.JSON, nullable=False),
    )
    op.create_index("ix_import_run_source_key", "import_run", ["source_key"])
    op.create_table(
        "location",
        sa.Column("location_type", sa.String(20), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("latitude", sa.Double),
        sa.Column("longitude", sa.Double),
        sa.Column("external_identifier", sa.Text),
        sa.Column("external_identifier_type", sa.Text),
        sa.Column("is_masked", sa.Boolean, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
        sa.Column("published_id", sa.String(200), nullable=False),
        sa.Column("source_key", sa.Integer, sa.ForeignKey("source.key"), nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("source_key", "published_id"),
    )
    op.create_index("ix_location_latitude_longitude", "location", ["latitude", "longitude"])
    op.create_table(
        "organization",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("website", sa.Text),
        sa.Column("logo", sa.Text),
        sa.Column("uri", sa.Text),
        sa.Column("parent_organization_id", sa.String(200)),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
        sa.Column("published_id", sa.String(200), nullable=False),
        sa.Column("source_key", sa.Integer, sa.ForeignKey("source.key"), nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("source_key", "published_id"),
    )
    op.create_table(
        "taxonomy",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("uri", sa.Text),
        sa.Column("version", sa.Text),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
        sa.Column("published_id", sa.String(200), nullable=False),
        sa.Column("source_key", sa.Integer, sa.ForeignKey("source.key"), nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("source_key", "published_id"),
    )
    op.create_table(
        "accessibility",
        sa.Column("location_key", sa.Integer, sa.ForeignKey("location.key", ondelete="CASCADE"), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("details", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("accessibility", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_accessibility_location_key", "accessibility", ["location_key"])
    op.create_table(
        "address",
        sa.Column("location_key", sa.Integer, sa.ForeignKey("location.key", ondelete="CASCADE"), nullable=False),
        sa.Column("attention", sa.Text),
        sa.Column("address_1", sa.Text),
        sa.Column("city", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("state_province", sa.Text),
        sa.Column("postal_code", sa.String(20)),
        sa.Column("country", sa.Text),
        sa.Column("address_type", sa.String(20), nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_address_location_key", "address", ["location_key"])
    op.create_index("ix_address_postal_code", "address", ["postal_code"])
    op.create_table(
        "organization_identifier",
        sa.Column(
            "organization_key", sa.Integer, sa.ForeignKey("organization.key", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("identifier_scheme", sa.Text),
        sa.Column("identifier_type", sa.Text, nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_organization_identifier_organization_key", "organization_identifier", ["organization_key"])
    op.create_table(
        "service",
        sa.Column("organization_key", sa.Integer, sa.ForeignKey("organization.key")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("fees", sa.Text),
        sa.Column("is_free", sa.Boolean),
        sa.Column("needs_referral", sa.Boolean),
        sa.Column("accreditations", sa.Text),
        sa.Column("eligibility", sa.Text),
        sa.Column("minimum_age", sa.Double),
        sa.Column("maximum_age", sa.Double),
        sa.Column("assured_date", sa.Date),
        sa.Column("assurer_email", sa.Text),
        sa.Column("alert", sa.Text),
        sa.Column("last_modified", sa.DateTime(timezone=True)),
        sa.Column("visible_from", sa.Date),
        sa.Column("visible_to", sa.Date),
        sa.Column("last_checked", sa.Date),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
        sa.Column("published_id", sa.String(200), nullable=False),
        sa.Column("source_key", sa.Integer, sa.ForeignKey("source.key"), nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("source_key", "published_id"),
    )
    op.create_index("ix_service_organization_key", "service", ["organization_key"])
    op.create_index("ix_service_updated_at", "service", ["updated_at"])
    op.create_table(
        "taxonomy_term",
        sa.Column("taxonomy_key", sa.Integer, sa.ForeignKey("taxonomy.key")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("parent_id", sa.String(200)),
        sa.Column("taxonomy", sa.Text),
        sa.Column("term_uri", sa.Text),
        sa.Column("term", sa.Text),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
        sa.Column("published_id", sa.String(200), nullable=False),
        sa.Column("source_key", sa.Integer, sa.ForeignKey("source.key"), nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("source_key", "published_id"),
    )
    op.create_index("ix_taxonomy_term_taxonomy_key", "taxonomy_term", ["taxonomy_key"])
    op.create_table(
        "attribute",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE")),
        sa.Column("organization_key", sa.Integer, sa.ForeignKey("organization.key", ondelete="CASCADE")),
        sa.Column("location_key", sa.Integer, sa.ForeignKey("location.key", ondelete="CASCADE")),
        sa.Column("taxonomy_term_key", sa.Integer, sa.ForeignKey("taxonomy_term.key"), nullable=False),
        sa.Column("link_type", sa.Text),
        sa.Column("value", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_attribute_location_key", "attribute", ["location_key"])
    op.create_index("ix_attribute_organization_key", "attribute", ["organization_key"])
    op.create_index("ix_attribute_service_key", "attribute", ["service_key"])
    op.create_index("ix_attribute_taxonomy_term_key", "attribute", ["taxonomy_term_key"])
    op.create_table(
        "contact",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_contact_service_key", "contact", ["service_key"])
    op.create_table(
        "cost_option",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("option", sa.Text),
        sa.Column("amount", sa.Double),
        sa.Column("amount_description", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_cost_option_service_key", "cost_option", ["service_key"])
    op.create_table(
        "funding",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_funding_service_key", "funding", ["service_key"])
    op.create_table(
        "language",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("code", sa.String(20)),
        sa.Column("note", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_language_service_key", "language", ["service_key"])
    op.create_table(
        "service_area",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("extent", sa.Text),
        sa.Column("extent_type", sa.Text),
        sa.Column("uri", sa.Text),
        sa.Column("service_area", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_service_area_service_key", "service_area", ["service_key"])
    op.create_table(
        "service_at_location",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("location_key", sa.Integer, sa.ForeignKey("location.key"), nullable=False),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_service_at_location_location_key", "service_at_location", ["location_key"])
    op.create_index("ix_service_at_location_service_key", "service_at_location", ["service_key"])
    op.create_table(
        "service_term",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("facet", sa.String(20), primary_key=True),
        sa.Column("term", sa.String(60), primary_key=True),
    )
    op.create_index("ix_service_term_facet_term", "service_term", ["facet", "term", "service_key"])
    op.create_table(
        "phone",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("contact_key", sa.Integer, sa.ForeignKey("contact.key", ondelete="CASCADE")),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("dial", sa.String(20)),
        sa.Column("description", sa.Text),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_phone_contact_key", "phone", ["contact_key"])
    op.create_index("ix_phone_service_key", "phone", ["service_key"])
    op.create_table(
        "schedule",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), nullable=False),
        sa.Column("service_at_location_key", sa.Integer, sa.ForeignKey("service_at_location.key", ondelete="CASCADE")),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("dtstart", sa.Date),
        sa.Column("freq", sa.String(20)),
        sa.Column("interval", sa.Integer),
        sa.Column("byday", sa.String(100)),
        sa.Column("bymonthday", sa.String(200)),
        sa.Column("description", sa.Text),
        sa.Column("opens_at", sa.String(20)),
        sa.Column("closes_at", sa.String(20)),
        sa.Column("schedule_link", sa.Text),
        sa.Column("attending_type", sa.Text),
        sa.Column("notes", sa.Text),
        sa.Column("weekdays", sa.SmallInteger),
        sa.Column("opens_minute", sa.SmallInteger),
        sa.Column("closes_minute", sa.SmallInteger),
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("extra", sa.JSON),
    )
    op.create_index("ix_schedule_service_at_location_key", "schedule", ["service_at_location_key"])
    op.create_index("ix_schedule_service_key", "schedule", ["service_key"])


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "schedule",
        "phone",
        "service_term",
        "service_at_location",
        "service_area",
        "language",
        "funding",
        "cost_option",
        "contact",
        "attribute",
        "taxonomy_term",
        "service",
        "organization_identifier",
        "address",
        "accessibility",
        "taxonomy",
        "organization",
        "location",
        "import_run",
        "source",
    ):
        op.drop_table(table)
