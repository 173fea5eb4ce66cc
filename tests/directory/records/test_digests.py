"""What shared things are known by: the publisher's id, or else what is said of them."""

from __future__ import annotations

import uuid

from bot.directory.records.digests import as_uuid, digest, hash_of, ident_of
from bot.directory.records.record import Row


def test_the_order_of_an_objects_keys_changes_no_digest():
    assert digest({"a": 1, "b": [2, 3]}) == digest({"b": [2, 3], "a": 1})
    assert digest({"b": [2, 3]}) != digest({"b": [3, 2]})


def test_a_thing_is_known_by_its_own_id():
    assert ident_of(Row("a-hall", {"name": "Hall"})) == "a-hall"


def test_a_thing_without_an_id_or_with_an_endless_one_is_known_by_what_it_says():
    hall, same, other = (Row(None, {"name": name}) for name in ("Hall", "Hall", "School"))
    assert ident_of(hall) == ident_of(same) != ident_of(other)
    assert ident_of(Row("x" * 201, {"name": "Hall"})).startswith("hash:")


def test_an_empty_value_and_the_key_of_a_taxonomy_do_not_count():
    assert hash_of(Row("a", {"name": "A", "url": None, "taxonomy_key": 7})) == hash_of(Row("a", {"name": "A"}))


def test_only_a_full_uuid_is_one():
    own = str(uuid.uuid4())
    assert as_uuid(own) == own
    assert as_uuid(own.replace("-", "")) is None and as_uuid("x" * 36) is None
