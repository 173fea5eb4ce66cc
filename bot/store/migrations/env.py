"""How Alembic runs our migrations: on the engine that `bot.store.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

ONE_AT_A_TIME = 7_305_114  # any number: the key of the lock that two starting replicas compete for

store = context.config.attributes["store"]
with context.config.attributes["engine"].connect() as connection:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes["metadata"],
        version_table=f"alembic_version_{store}",
        render_as_batch=True,
        include_name=lambda name, kind, _: kind != "table" or not str(name).startswith("alembic_version"),
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        if connection.dialect.name == "postgresql":
            connection.rollback()
            connection.execute(text(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})"))
            connection.commit()
