"""Made-up Local Offer records in HSDS-UK 3.0, as many as wanted and the same for the same seed. Only for measuring.

They vary as real ones do: long and short texts, a third without ages, some without a place, many costs and sessions, and
a long tail of rare words. Providers, streets and numbers are invented (telephone numbers are from Ofcom's drama range).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

from bot.directory.records.taxonomy import our_taxonomy

# Towns of County Durham and its neighbours with rough coordinates, so that distances are of a real county's size.
_TOWNS = {
    "Durham": (54.776, -1.575),
    "Bishop Auckland": (54.663, -1.677),
    "Seaham": (54.837, -1.341),
    "Consett": (54.853, -1.832),
    "Peterlee": (54.760, -1.336),
    "Newton Aycliffe": (54.618, -1.574),
    "Stanley": (54.868, -1.697),
    "Chester-le-Street": (54.858, -1.574),
    "Crook": (54.714, -1.745),
    "Spennymoor": (54.699, -1.598),
    "Barnard Castle": (54.543, -1.923),
    "Sedgefield": (54.654, -1.451),
    "Darlington": (54.527, -1.553),
    "Sunderland": (54.906, -1.381),
}
_STARTS = ["Merrow", "Ash", "Wold", "Fen", "Linden", "Thorn", "Heather", "Otter", "Raven", "Kestrel", "Brook", "Stone"]
_ENDS = ["by", "ley", "worth", "ham", "field", "dale", "wick", "ford", "stead", "combe"]
_WHO = [
    "Otters",
    "Starlings",
    "Acorns",
    "Pathways",
    "Bridges",
    "Lanterns",
    "Stepping Stones",
    "Kites",
    "Harbour",
    "Sparks",
]
_WHAT = {
    "club": ["youth club", "gaming club", "craft club", "cookery club", "Saturday club"],
    "sport": ["swimming sessions", "trampolining", "wheelchair basketball", "football", "gymnastics", "cycling"],
    "arts": ["drama group", "music sessions", "dance class", "art studio", "choir"],
    "support-group": ["parent support group", "coffee morning", "carers' circle", "fathers' group"],
    "short-break": ["short breaks", "overnight respite", "weekend breaks"],
    "course": ["parent workshop", "signing course", "cooking course", "sleep workshop"],
    "equipment-loan": ["toy library", "equipment loan"],
    "therapy": ["music therapy", "occupational therapy", "speech therapy", "hydrotherapy"],
    "advice": ["advice line", "benefits advice", "information point"],
    "counselling": ["counselling", "play counselling"],
    "childcare": ["nursery", "childminding", "after school club"],
    "playgroup": ["toddler group", "stay and play", "sensory baby group"],
    "employment": ["supported internships", "job coaching"],
    "outdoors": ["forest school", "riding for the disabled", "allotment group"],
}
_SENTENCES = [
    "We welcome {who} with {need} and their families.",
    "Sessions are small, calm and led by trained staff in {town}.",
    "You do not need a diagnosis or a referral to come along.",
    "There is a quiet room, and you may bring your own support worker.",
    "Please ring first so that we can talk about what your child needs.",
    "Our {what} has run in {town} since {year}.",
    "Places are limited and there may be a waiting list.",
    "Brothers and sisters may join in the school holidays.",
    "We can help with {need}, with {need2} and with moving between schools.",
    "Ask for {rare} when you book.",
    "The {rare} project pays for some of the places.",
]
_DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
_SYLLABLES = "ba co du fe gi ho ja ke li mo na pe qui ro su ta ve wi zo bran clem drin frol glim hesk plim stren"


def made_services(count: int, seed: int = 1, region: str = "county") -> Iterator[dict[str, Any]]:
    """Yield `count` services in the nested form of HSDS-UK 3.0; `region` is "county" or "country".

    Record number n depends on the seed and n only, so that a longer list begins with a shorter one.
    """
    needs = [(term.id, term.feeds[0]) for term in our_taxonomy().of_facet("need")]
    for number in range(count):
        yield _service(random.Random(f"{seed}/{number}"), seed, number, needs, region)


def changed(service: dict[str, Any], note: str = "now on another day") -> dict[str, Any]:
    """Return the service as its publisher might change it."""
    return {
        **service,
        "description": f"{service['description']} {note.capitalize()}.",
        "last_modified": "2026-06-01T09:00:00Z",
    }


def _service(rng: random.Random, seed: int, number: int, needs: list[tuple[str, str]], region: str) -> dict[str, Any]:
    town, latitude, longitude = _town(rng, region)
    kind = rng.choice(list(_WHAT))
    what = rng.choice(_WHAT[kind])
    chosen = rng.sample(needs, rng.choice([0, 0, 1, 1, 1, 2, 3]))
    name = f"{rng.choice(_STARTS)}{rng.choice(_ENDS)} {rng.choice(_WHO)} {what}"
    organization = rng.randrange(max(1, min(number + 1, 60_000)))
    service: dict[str, Any] = {
        "id": _id(seed, "service", number),
        "name": name[0].upper() + name[1:],
        "description": _description(rng, town, what, [label for _, label in chosen] or ["additional needs"]),
        "url": f"https://service-{number}.example/",
        "email": f"hello@service-{number}.example",
        "status": "active" if rng.random() > 0.02 else "temporarily closed",
        "assured_date": f"{rng.randint(2022, 2026)}-{rng.randint(1, 9):02}-{rng.randint(1, 28):02}",
        "last_modified": f"2026-{rng.randint(1, 5):02}-{rng.randint(1, 28):02}T10:{rng.randint(10, 59)}:00Z",
        "organization": {
            "id": _id(seed, "organization", organization),
            "name": f"{_STARTS[organization % len(_STARTS)]} {_WHO[organization % len(_WHO)]} {organization}",
            "description": "An invented provider.",
        },
        "attributes": [_attribute(seed, number, "kind", kind, kind)],
    }
    if rng.random() > 0.33:
        low = rng.choice([0, 0, 2, 3, 5, 5, 8, 11, 13, 16])
        service["minimum_age"] = low
        service["maximum_age"] = rng.choice([None, low + 3, low + 5, low + 8, 18, 25])
        if service["maximum_age"] is not None and service["maximum_age"] < low:
            service["maximum_age"] = low
    service["attributes"] += [_attribute(seed, number, "SEND needs", ident, label) for ident, label in chosen]
    _add_place(service, rng, seed, number, town, latitude, longitude)
    _add_sessions_and_costs(service, rng, seed, number)
    return service


def _add_place(
    service: dict[str, Any], rng: random.Random, seed: int, number: int, town: str, latitude: float, longitude: float
) -> None:
    if rng.random() < 0.1:
        service["service_areas"] = [{"id": _id(seed, "area", number), "name": town}]
        return
    access = rng.sample(our_taxonomy().of_facet("accessibility"), rng.randint(0, 4))
    location = {
        "id": _id(seed, "location", number),
        "location_type": "physical",
        "name": f"{town} {rng.choice(['Hall', 'Centre', 'School', 'Library', 'Hub'])}",
        "latitude": round(latitude, 5),
        "longitude": round(longitude, 5),
        "addresses": [
            {
                "id": _id(seed, "address", number),
                "address_1": f"{rng.randint(1, 200)} {rng.choice(_STARTS)}{rng.choice(_ENDS)} Street",
                "city": town,
                "state_province": "Made Shire",
                "postal_code": f"ZZ{rng.randint(1, 99)} {rng.randint(1, 9)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQRS')}",
                "country": "GB",
                "address_type": "physical",
            }
        ],
        "accessibility": [
            {"id": _id(seed, f"access-{term.id}", number), "description": term.feeds[0]} for term in access
        ],
    }
    service["service_at_locations"] = [{"id": _id(seed, "at", number), "location": location}]


def _add_sessions_and_costs(service: dict[str, Any], rng: random.Random, seed: int, number: int) -> None:
    service["contacts"] = [
        {
            "id": _id(seed, "contact", number),
            "title": rng.choice(["Manager", "Coordinator", "Reception"]),
            "phones": [{"id": _id(seed, "phone", number), "number": f"01632 960{rng.randint(0, 999):03}"}],
        }
    ]
    service["schedules"] = [
        {
            "id": _id(seed, f"schedule-{day}", number),
            "freq": "WEEKLY",
            "byday": day,
            "opens_at": f"{rng.randint(8, 17):02}:00",
            "closes_at": f"{rng.randint(18, 21)}:30",
        }
        for day in rng.sample(_DAYS, rng.choice([0, 0, 1, 1, 2, 3]))
    ]
    if rng.random() < 0.5:
        amount = rng.choice([0, 0, 2, 3.5, 5, 10, 25, 60])
        service["cost_options"] = [
            {"id": _id(seed, "cost", number), "amount": amount, "amount_description": "a session"}
        ]


def _description(rng: random.Random, town: str, what: str, needs: list[str]) -> str:
    chosen = rng.sample(_SENTENCES, rng.choice([1, 2, 3, 4, 6]))
    return " ".join(
        sentence.format(
            who=rng.choice(["children", "teenagers", "young people", "under-fives", "young adults"]),
            need=needs[0].lower(),
            need2=needs[-1].lower(),
            town=town,
            what=what,
            year=rng.randint(1985, 2025),
            rare="".join(rng.choices(_SYLLABLES.split(), k=3)).capitalize(),
        )
        for sentence in chosen
    )


def _town(rng: random.Random, region: str) -> tuple[str, float, float]:
    if region == "county":
        town, (latitude, longitude) = rng.choice(list(_TOWNS.items()))
        return town, rng.gauss(latitude, 0.02), rng.gauss(longitude, 0.03)
    if rng.random() < 0.02:
        return _town(rng, "county")
    return f"{rng.choice(_STARTS)}{rng.choice(_ENDS)}", rng.uniform(50.5, 55.5), rng.uniform(-4.5, 1.5)


def _attribute(seed: int, number: int, taxonomy: str, ident: str, label: str) -> dict[str, Any]:
    return {
        "id": _id(seed, f"attribute-{taxonomy}-{ident}", number),
        "link_type": "service",
        "taxonomy_term": {
            "id": _id(seed, f"term-{taxonomy}-{ident}", 0),
            "name": label,
            "description": label,
            "taxonomy": taxonomy,
        },
    }


def _id(seed: int, kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://made.example/{seed}/{kind}/{number}"))
