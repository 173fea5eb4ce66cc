"""References can be read out on the phone, and a slip is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from bot.handover.referrals.references import CHARACTERS, as_reference, new_reference, reference_hash


def test_references_are_grouped_distinct_and_without_look_alikes():
    made = [new_reference() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all([len(group) for group in one.split("-")] == [4, 4, 4] for one in made)
    assert not set("".join(made)) & set("01OILSZ5BUVAE")
    assert set("".join(made)) - {"-"} == set(CHARACTERS)


def test_however_it_is_typed_it_is_known():
    reference = new_reference()
    for typed in (reference.lower(), reference.replace("-", ""), f"  {reference.replace('-', ' ')} ", reference + "."):
        assert as_reference(typed) == reference


@given(some.integers(0, 11), some.sampled_from(CHARACTERS))
def test_one_wrong_sign_is_found(at, wrong):
    characters = list(new_reference().replace("-", ""))
    right, characters[at] = characters[at], wrong
    assert (as_reference("".join(characters)) is None) == (right != wrong)


@given(some.integers(0, 11), some.integers(0, 11))
def test_two_signs_that_changed_places_are_found(one, other):
    characters = list(new_reference().replace("-", ""))
    changed = characters.copy()
    changed[one], changed[other] = characters[other], characters[one]
    assert (as_reference("".join(changed)) is None) == (changed != characters)


def test_the_hash_does_not_hold_the_reference():
    reference = new_reference()
    assert reference not in reference_hash(reference) and reference_hash(reference) == reference_hash(reference)
