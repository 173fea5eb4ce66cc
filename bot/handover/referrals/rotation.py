"""Change keys: encrypt anew whatever is sealed with a key that no longer seals."""

from __future__ import annotations

from sqlalchemy import Column, Table, func, select, update
from sqlalchemy.engine import Engine

from bot.privacy.encryption import Sealed, Vault, place
from bot.store.migrate import metadata_of

BATCH = 500


def reseal(engine: Engine, vault: Vault) -> int:
    """Seal every sealed text of the referrals store with the vault's first key; return how many were changed.

    Safe to stop and to repeat, and while the guide runs: a text that changes meanwhile is left as it is and counted out.
    Raises CannotOpen where a text's key is not among the vault's; what was done before that stays done.
    """
    return sum(
        _reseal_column(engine, vault, table, column)
        for table in metadata_of("referrals").sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    )


def _reseal_column(engine: Engine, vault: Vault, table: Table, column: Column[str]) -> int:
    (key,) = table.primary_key.columns
    changed, after = 0, ""
    while True:
        with engine.begin() as connection:
            rows = connection.execute(
                select(key, column).where(key > after, column.is_not(None)).order_by(key).limit(BATCH)
            ).all()
            for ident, sealed in rows:
                if vault.is_current(sealed):
                    continue
                where = place(table.name, column.name, ident)
                anew = vault.seal(vault.open(sealed, where), where)
                step = update(table).where(key == ident, func.coalesce(column, "") == sealed).values({column: anew})
                changed += connection.execute(step).rowcount
        if not rows:
            return changed
        after = rows[-1][0]
