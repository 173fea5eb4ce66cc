"""Publishers' labels reach our own terms."""

from __future__ import annotations

import pytest

from bot.directory.records.taxonomy import FACETS, our_taxonomy

OUTPOST_NEEDS = {
    "Autism": {"autism"},
    "Social, emotional and mental health difficulties": {"mental-health"},
    "Hearing": {"hearing"},
    "Communication and interaction": {"speech"},
    "Sensory and physical needs": {"sensory", "physical"},
    "Cognition and learning": {"learning-disability"},
    "Visual": {"vision"},
}


@pytest.mark.parametrize("label", OUTPOST_NEEDS)
def test_each_of_outposts_needs_is_one_of_ours(label):
    assert {term for facet, term in our_taxonomy().of_labels([label], ["need"])} == OUTPOST_NEEDS[label]


def test_case_punctuation_and_apostrophes_do_not_matter():
    assert our_taxonomy().of_labels([" visual AND / or hearing impediment "], ["need"]) == {
        ("need", "hearing"),
        ("need", "vision"),
    }
    assert our_taxonomy().of_labels(["Down’s Syndrome"]) == {("need", "learning-disability")}


def test_a_label_for_every_need_stands_for_every_need():
    assert len(our_taxonomy().of_labels(["All Needs Met"])) == len(our_taxonomy().of_facet("need"))


def test_an_attribute_in_our_own_terms_is_taken_as_it_is():
    assert our_taxonomy().of_attribute("service_kind", "drop-in") == {("kind", "drop-in")}
    assert our_taxonomy().of_attribute("keyword", "no such thing") == set()


def test_terms_have_lasting_ids_of_their_own():
    terms = our_taxonomy().terms
    assert len({term.uuid for term in terms}) == len(terms)
    assert {term.facet for term in terms} == set(FACETS)
