"""Messages to people, in the form of the chat API: text, buttons, and a `custom` part that says what kind it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.guidance.answers import FORMS, Answer, load_answers
from bot.guidance.briefs import briefs
from bot.guidance.contacts import contact, national_lines
from bot.guidance.dates import month_in_words
from bot.guidance.languages import languages
from bot.guidance.sources import Document, cite, load_documents
from bot.guidance.wording import wording

Message = dict[str, Any]
MOST_BUTTONS = 4
MOST_RELATED = 3
# An answer of sixty words and a brief of forty, which still leaves room for the sources: more than anybody reads to the end.
MOST_WORDS_WITH_BRIEF = 100
# Asked for where an answer was already told as simply as it can be.
STILL_HARD = "still_hard"


def answer_message(
    answer: Answer,
    audience: str,
    confidence: float,
    also: Sequence[str] = (),
    today: date | None = None,
    form: str | None = None,
    again: bool = False,
) -> Message:
    """Return an answer with its sources, dates, links and, as buttons, what a reader may want next.

    `also` names answers that came close for this message; they stand before the answer's own related ones.
    `form` asks for the answer told otherwise, "simpler" or "more"; where it is not written, the answer comes as usual.
    `again`: it is the answer just given, to another question; that is said, and a person is offered.
    """
    today = today or date.today()
    documents = load_documents()
    citations = [cite(source, documents) for source in answer.sources]
    known = load_answers()
    wanted = dict.fromkeys([*also, *answer.related])
    buttons = [choose_button(known[ident]) for ident in wanted if ident in known and ident != answer.id][:MOST_RELATED]
    told_otherwise = answer.told_as(form) if form else None
    buttons = [form_button(answer, other) for other in FORMS if other != form and answer.told_as(other)] + buttons
    text = [told_otherwise or answer.text_for(audience)]
    if again:
        text.insert(0, wording("answer.again"))
        buttons.append(person_button())
    brief = _brief_beside(answer, text[-1]) if audience == "professional" else None
    if brief:
        text.append(f"**{wording('answer.brief', section=citations[0].section_title)}** {brief}")
    text.append(source_line([citation.document for citation in citations], today))
    return {
        "text": "\n\n".join(text),
        "buttons": buttons,
        "custom": {
            "kind": "answer",
            "answer": answer.name,
            "title": answer.title,
            "topic": answer.topic,
            "confidence": round(confidence, 3),
            **({"form": form} if told_otherwise else {}),
            "sources": [citation.as_dict(today) for citation in citations],
            "links": [dict(link) for link in answer.links],
        },
    }


def _brief_beside(answer: Answer, text: str) -> str | None:
    """Return what the section cited first holds, for professionals; None where a long answer says enough by itself.

    An answer with a text of its own for professionals may leave facts to the brief, so there it always stands.
    """
    brief = briefs().get(answer.sources[0])
    if brief and not answer.professional and len(text.split()) + len(brief.split()) > MOST_WORDS_WITH_BRIEF:
        return None
    return brief


def source_line(documents: Sequence[Document], today: date) -> str:
    """Return the sentence that names the documents and their months, and says so where one may be out of date."""
    distinct = list(dict.fromkeys(document.id for document in documents))
    by_id = {document.id: document for document in documents}
    named = "; ".join(f"{by_id[ident].short_title}, {by_id[ident].published_in_words}" for ident in distinct)
    line = wording("sources.from", documents=named)
    first = by_id[distinct[0]]
    if not first.is_stale(today):
        return line
    if first.review_due:
        return f"{line} {wording('sources.review_passed', month=month_in_words(first.review_due))}"
    return f"{line} {wording('sources.old', month=first.published_in_words)}"


def choose_button(answer: Answer) -> dict[str, str]:
    """Return a button that gives `answer` when pressed."""
    return {"title": answer.question, "payload": "/faq" + json.dumps({"answer": answer.id})}


def form_button(answer: Answer, form: str) -> dict[str, str]:
    """Return a button that tells `answer` in another form, "simpler" or "more"."""
    return {"title": wording(f"answer.{form}"), "payload": form_payload([answer.id], form)}


def form_payload(idents: Sequence[str], form: str) -> str:
    """Return the intent message that has answers told in another form. `idents` are their ids without topic."""
    return "/faq" + json.dumps({"answer": idents[0] if len(idents) == 1 else list(idents), "form": form})


def retold_message(answer: Answer, audience: str, form: str) -> Message:
    """Return `answer` in another form, "simpler" or "more"; where there is none, who and what can help instead.

    `form` may also be STILL_HARD.
    """
    if answer.told_as(form):
        return answer_message(answer, audience, 1.0, form=form)
    known = load_answers()
    related = [choose_button(known[ident]) for ident in answer.related if ident in known][:MOST_RELATED]
    links = [*(dict(link) for link in answer.links), *helper_links()]
    return {
        "text": wording(f"retold.{form}", question=answer.question),
        "buttons": [*(related if form == "more" else []), person_button()],
        # Small talk, so that what comes next still follows on the answer.
        "custom": {"kind": "smalltalk", "links": list({link["url"]: link for link in links}.values())},
    }


def clarify_message(readings: Sequence[Answer]) -> Message:
    """Return a question back: two to four readings in readable words, the last of the buttons being "none of these"."""
    buttons = [choose_button(reading) for reading in readings[: MOST_BUTTONS - 1]]
    buttons.append({"title": wording("clarify.none"), "payload": "/none_of_these"})
    return {"text": wording("clarify.which"), "buttons": buttons, "custom": {"kind": "clarify"}}


def fallback_message(near: Sequence[Answer] = (), asked_before: bool = False) -> Message:
    """Return an honest "I do not know" with who does and, as buttons, the nearest questions it can answer.

    `asked_before`: the guide has just asked back, so it says that it still cannot tell instead of asking again.
    """
    text = [wording("clarify.again" if asked_before and near else "fallback.unknown")]
    if near and not asked_before:
        text.append(wording("fallback.try_again"))
    text.append(wording("fallback.who_knows"))
    return {
        "text": "\n\n".join(text),
        "buttons": [*map(choose_button, near[:MOST_RELATED]), person_button()],
        "custom": {"kind": "fallback", "links": helper_links()},
    }


def refusal_message(kind: str) -> Message:
    """Return a refusal that says what the question is about and who can tell; raise KeyError for an unknown `kind`.

    The kinds are those of wording.yml's `out_of_scope`, which has the examples' retrieval intents.
    """
    return {
        "text": f"{wording(f'out_of_scope.{kind}')}\n\n{wording('out_of_scope.who_knows')}",
        "buttons": [person_button()],
        "custom": {"kind": "fallback", "about": kind, "links": helper_links()},
    }


def other_language_message(code: str) -> Message:
    """Return how to get help, in the message's language where its wording was supplied and checked, then in English."""
    language = languages().get(code)
    own = language.text if language else None
    english = wording("other_language.english")
    custom: dict[str, Any] = {"kind": "fallback", "about": "other-language", "links": helper_links()}
    if own:
        custom["language"] = code
    return {"text": f"{own}\n\n{english}" if own else english, "buttons": [person_button()], "custom": custom}


def urgent_help_message(audience: str) -> Message:
    """Return what to do now: 999 for danger, First Contact for worries about a child, and the council's national lines."""
    front_door = contact("first-contact")
    worried = [wording("urgent_help.first_contact")]
    if front_door.phone:
        worried.append(wording("urgent_help.first_contact_number", phone=front_door.phone))
    text = [wording("urgent_help.now"), " ".join(worried)]
    if audience == "professional":
        text.append(wording("urgent_help.staff"))
    lines = national_lines()
    if lines:
        text.append("\n".join([wording("urgent_help.lines"), "", *(f"- {line.text}" for line in lines)]))
    text.append(wording("urgent_help.ready"))
    citation = cite("send-strategy-2016#first-contact", load_documents())
    links = [link for link in (front_door.as_link(), *(line.as_link() for line in lines)) if link]
    return {
        "text": "\n\n".join(text),
        "buttons": [],
        "custom": {"kind": "safeguarding", "sources": [citation.as_dict(date.today())], "links": links},
    }


def smalltalk_message(intent: str) -> Message:
    """Return the reply to talk about the conversation itself; raise KeyError where wording.yml has none for `intent`."""
    buttons = [person_button()] if intent in ("ask_if_robot", "abuse") else []
    return {"text": wording(f"smalltalk.{intent}"), "buttons": buttons, "custom": {"kind": "smalltalk"}}


def closed_message(reason: str, whole_guide: bool) -> Message:
    """Return the notice in place of what staff turned off; `reason` is a key of wording.yml's `desk.closed.reasons`."""
    what = wording("desk.closed.guide" if whole_guide else "desk.closed.answer")
    return {
        "text": f"{what} {wording(f'desk.closed.reasons.{reason}')}\n\n{wording('desk.closed.who_helps')}",
        "buttons": [person_button()],
        "custom": {"kind": "fallback", "about": "closed", "links": helper_links()},
    }


def error_message() -> Message:
    """Return the kind sentence for a part that failed, with what to do in danger and another way to get help."""
    text = f"{wording('error.part_failed')}\n\n{wording('error.in_danger')}"
    return {"text": text, "buttons": [], "custom": {"kind": "error", "links": helper_links()}}


def person_button() -> dict[str, str]:
    """Return the button that asks for a person."""
    return {"title": wording("smalltalk.want_person"), "payload": "/ask_for_person"}


def helper_links() -> list[dict[str, str]]:
    """Return the pages of those who can help where the guide cannot."""
    return [link for name in ("sendiass", "local-offer") if (link := contact(name).as_link())]
