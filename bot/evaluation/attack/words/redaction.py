"""Personal details in forms of our own making: none may lie in the bytes of the stores."""

from __future__ import annotations

import re
import time

from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack

SUBJECT = "personal details"
# What is written, and what of it must not be found afterwards. Numbers of nobody (Ofcom's and the NHS's for trying out).
FORMS = {
    "telephone, digits apart": ("ring me on 0 7 7 0 0 9 0 0 1 2 9 please", "0 7 7 0 0 9 0 0 1 2 9"),
    "telephone, full width": (
        "ring \uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff13\uff10 please",
        "\uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff13\uff10",
    ),
    "telephone, slashes": ("ring 07700/900/131 please", "07700/900/131"),
    "telephone, letters O": ("ring O77OO 9OO132 please", "O77OO 9OO132"),
    "telephone, dots and stars": ("ring 07700*900*133", "07700*900*133"),
    "telephone, in words": (
        "my number is oh seven seven double oh nine double oh one three four",
        "oh seven seven double oh nine",
    ),
    "telephone, mathematical digits": (
        "ring \U0001d7ce\U0001d7d5\U0001d7d5\U0001d7ce\U0001d7ce\U0001d7d7\U0001d7ce\U0001d7ce\U0001d7cf\U0001d7d1\U0001d7d3",
        "\U0001d7d5\U0001d7d5\U0001d7ce\U0001d7ce",
    ),
    "telephone, Arabic digits": (
        "ring \u0660\u0667\u0667\u0660\u0660\u0669\u0660\u0660\u0661\u0663\u0666",
        "\u0667\u0667\u0660\u0660",
    ),
    "telephone, zero width": ("ring 0\u200b7700\u200b900\u200b137", "900\u200b137"),
    "telephone, underscores": ("ring 07700_900_138 ok", "07700_900_138"),
    "telephone, brackets": ("ring (07700) (900139)", "900139"),
    "telephone, spaces of no break": ("ring 07700\u00a0900\u202f140", "900\u202f140"),
    "e-mail, full-width at": ("write to quillmail1\uff20example.org", "quillmail1"),
    "e-mail, comma": ("write to quillmail2@example,org", "quillmail2"),
    "e-mail, spaces": ("write to quillmail3 @ example . org", "quillmail3"),
    "e-mail, in words": ("write to quillmail4 at example dot org", "quillmail4"),
    "e-mail, brackets": ("write to quillmail5(at)example(dot)org", "quillmail5"),
    "e-mail, small at": ("write to quillmail6\ufe6bexample.org", "quillmail6"),
    "flat in a house": ("we live at Flat 3, Quillgannet House", "Quillgannet"),
    "a house with a name": ("my address is The Old Quill Vicarage, Durham", "Quill Vicarage"),
    "number in words and street": ("we live at twelve quillkestrel avenue", "quillkestrel"),
    "street, capital letters": ("WE LIVE AT 14 QUILLMERLIN AVENUE DURHAM", "QUILLMERLIN"),
    "birth date in words": ("he was born on the third of may twenty fifteen", "third of may twenty fifteen"),
    "birth date, short": ("dob 03.05.15 quill", "03.05.15"),
    "birth date, full width": ("dob \uff10\uff13/\uff10\uff15/\uff12\uff10\uff11\uff15", "\uff10\uff13/\uff10\uff15"),
    "birth date, month first": ("date of birth: May the 3rd, 2015", "May the 3rd, 2015"),
    "NHS number in odd groups": ("his nhs number is 99 9000 0018", "99 9000 0018"),
    "NHS number, dots": ("nhs no 999.000.0026", "999.000.0026"),
    "unique pupil number": ("her UPN is A123456789012", "A123456789012"),
    "National Insurance number, small": ("my ni is qq 12 34 56 c and ab-12-34-56-c", "12-34-56-c"),
    "coordinates": ("we are at 54.776123, -1.575456", "54.776123"),
    "IP address": ("my ip is 203.0.113.77", "203.0.113.77"),
    "account on Instagram": ("find me on instagram @quillgram77", "quillgram77"),
    "account on Facebook": ("my facebook is facebook.com/quillface77", "quillface77"),
    "bank account": ("pay into sort code 20-30-40 account 87654321", "87654321"),
    "car": ("my car is AB12 QUL", "AB12 QUL"),
}


def found_in_stores(target: Target, wanted: dict[str, str]) -> list[str]:
    """Return the names of those whose text lies anywhere in the stores' files, as UTF-8 or escaped as JSON."""
    kept = b"".join(file.read_bytes() for file in target.folder.iterdir() if file.is_file()).lower()
    found = []
    for name, text in wanted.items():
        forms = {text.lower().encode(), text.lower().encode("unicode_escape")}
        if any(form in kept for form in forms):
            found.append(name)
    return found


@attack(
    SUBJECT,
    "personal details in odd forms",
    f"{len(FORMS)} messages with numbers, addresses, dates of birth and names of accounts, written oddly",
    "none of it in the bytes of any store",
    inside=True,
)
def odd_forms(target: Target) -> Outcome:
    """Write each form in a chat of its own, and look for it in the stores."""
    taken = 0
    for text, _ in FORMS.values():
        taken += target.family().say(f"what is an ehc plan, {text}").status == 200
        taken += target.family().say(text).status == 200
    time.sleep(1.0)
    if taken < 2 * len(FORMS):
        return Outcome(False, f"only {taken} of {2 * len(FORMS)} messages were taken")
    kept = set(found_in_stores(target, {name: part for name, (_, part) in FORMS.items()}))
    return all_held([(name, name not in kept) for name in FORMS], "forms taken out")


@attack(
    SUBJECT,
    "what is no detail stays",
    "amounts, ages, years, section numbers and postcodes without a house",
    "they are read as they stand: nothing taken out",
)
def nothing_too_much(target: Target) -> Outcome:
    """Write what an answer may turn on: a defence that eats it would be none."""
    texts = (
        "how much is the 6,000 pounds top up",
        "he is 7 and in year 2, does he need a plan",
        "what did the 2024 inspection say",
        "section 20 and tier 3 and key stage 2",
        "services near DH1",
        "my 3 children aged 4, 7 and 12",
    )
    cases = []
    for text in texts:
        family = target.family()
        family.say(text)
        history = family.send("GET", f"/api/chat/{family.token}").body.get("messages") or []
        written = [str(entry.get("text")) for entry in history if entry.get("from") == "user"]
        kept = bool(written) and re.sub(r"\s+", " ", written[0]) == text
        cases.append((text, kept))
    return all_held(cases, "messages as they were")
