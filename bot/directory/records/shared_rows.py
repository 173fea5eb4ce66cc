"""What several services of a feed share, an organisation, a place or a term, written once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.directory.records.digests import as_text, hash_of, ident_of
from bot.directory.records.models import Location, Organization, Taxonomy, TaxonomyTerm
from bot.directory.records.record import Row
from bot.directory.records.rows import RowWriter, columns

Weights = dict[tuple[str, str], tuple[bool, int]]
Known = Organization | Location | Taxonomy | TaxonomyTerm


class SharedRows:
    """Writes what services share. How much was said of each thing in this run is kept, since who says most is right."""

    def __init__(self, rows: RowWriter, weights: Weights | None = None) -> None:
        self._rows = rows
        self._shared: dict[type[Known], dict[str, tuple[int, str]]] = {}
        self._weights: Weights = dict(weights or {})

    def weights(self) -> Weights:
        """Return a copy of what is known of how much was said of each shared thing in this run."""
        return dict(self._weights)

    def write(self, model: type[Known], kind: str, said: Sequence[Row]) -> tuple[dict[str, int], list[tuple[int, Row]]]:
        """Write what several services share; return all keys by what each is known by, and what was new or changed.

        Where services of one run say different things of it, the one that masks an address or says most is right.
        """
        known = self._known(model)
        idents = [ident_of(row) for row in said]
        rows: dict[str, Row] = {}
        for ident, row in zip(idents, said):
            weight = (bool(row.values.get("is_masked")), len(as_text(row)))
            if weight > self._weights.get((kind, ident), (False, 0)):
                self._weights[kind, ident] = weight
                rows[ident] = row
        hashes = {ident: hash_of(row) for ident, row in rows.items()}
        different = [ident for ident in rows if ident not in known or known[ident][1] != hashes[ident]]
        new = [ident for ident in different if ident not in known]
        ids = self._rows.public_ids(model, kind, new)
        empty = dict.fromkeys(columns(model))
        values = {ident: empty | rows[ident].values | {"content_hash": hashes[ident]} for ident in different}
        own = {ident: {"id": ids[ident], "published_id": ident, "source_key": self._rows.source.key} for ident in new}
        for ident, key in zip(new, self._rows.insert_keyed(model, [values[ident] | own[ident] for ident in new])):
            known[ident] = (key, hashes[ident])
        for ident in different:
            if ident not in own:
                key = known[ident][0]
                self._rows.session.execute(update(model).where(model.key == key).values(**values[ident]))
                known[ident] = (key, hashes[ident])
        return {ident: known[ident][0] for ident in idents}, [(known[ident][0], rows[ident]) for ident in different]

    def _known(self, model: type[Known]) -> dict[str, tuple[int, str]]:
        if model not in self._shared:
            found = self._rows.session.execute(
                select(model.published_id, model.key, model.content_hash).where(
                    model.source_key == self._rows.source.key
                )
            )
            self._shared[model] = {ident: (key, content) for ident, key, content in found}
        return self._shared[model]
