"""What the chat says in a handover: the offer, each question, the check, and what happens next. All of kind `handoff`.

No message of an action holds an answer, because Rasa keeps what is said. The check is filled in by the gateway
(`filled`) at the moment when it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.guidance.contacts import contact
from bot.guidance.replies import Message, helper_links
from bot.guidance.sources import cite, load_documents
from bot.guidance.wording import wording
from bot.handover.form.sending import Sent
from bot.handover.form.steps import CHECK, OFFER, STEPS, TRIES_BEFORE_ANOTHER_WAY
from bot.handover.hours import when_somebody_is_there

FORM_PATH = "/handover"
CHECK_PLACEHOLDER = "[[what would be sent]]"
ANSWER_MESSAGE = "/handover_answer"


def offer_message(why: str | None, is_open: bool, begun: bool = False) -> Message:
    """Return the offer of a person, or how to reach SENDIASS where nothing can be sent from here.

    `why` opens it: "distressed", "complain_about_guide", "failures", or None. `begun`: a handover waits to be carried on.
    """
    service = contact("sendiass")
    text = [wording(f"handover_chat.opening.{why}")] if why else []
    text.append(wording("handover.offer"))
    buttons = []
    if is_open and begun:
        text.append(wording("handover_chat.begun"))
        buttons = [_button("carry_on", "handover_carry_on"), _button("stop", "handover_stop")]
    elif is_open:
        text.append(wording("handover_chat.offer"))
        buttons = [_button("start", "handover_start"), _button("decline", "handover_decline")]
    text += _how_to_reach()
    citation = cite("ot-guide-2023#useful-contacts", load_documents()).as_dict(date.today())
    links = [link for link in (service.as_link(),) if link]
    return _message(OFFER if is_open else "how_to_reach", text, buttons, sources=[citation], links=links, form=is_open)


def waiting_message() -> Message:
    """Return what to say to somebody who asks for a person while a question of the handover is open."""
    return _message("waiting", [wording("handover_chat.waiting")], [], links=helper_links(), form=True)


def question_message(step: str, problem: tuple[str, int] | None = None, again: bool = False) -> Message:
    """Return the question of a step.

    `problem`: why the last answer would not do, and how often; from the second time on, other ways are offered too.
    `again`: something else came in between.
    """
    text = []
    other_ways = bool(problem and problem[1] >= TRIES_BEFORE_ANOTHER_WAY)
    if problem:
        text.append(problem[0])
        if other_ways:
            text.append(wording("handover_chat.other_way"))
    elif again:
        text.append(wording("handover_chat.back_to_it"))
    text.append(wording(f"handover_chat.questions.{step}"))
    buttons = []
    if step == "when":
        buttons += [{"title": title, "payload": ANSWER_MESSAGE} for title in _times()]
    if STEPS[step].optional:
        buttons.append(_button("skip", "handover_skip"))
    buttons.append(_button("stop", "handover_stop"))
    return _message(step, text, buttons, links=helper_links() if other_ways else [], form=other_ways)


def check_message(given: Sequence[str], chat_goes_along: bool, consent: str, version: str) -> Message:
    """Return the last step, with a placeholder for what would be sent. `given` names the steps that have an answer.

    `consent` is the wording to agree to and `version` its version.
    """
    text = [wording("handover_chat.check"), CHECK_PLACEHOLDER, *consent.splitlines()]
    buttons = [
        _button("send", "handover_send"),
        _button("leave_chat_out" if chat_goes_along else "include_chat", "handover_include_chat"),
        _button("stop", "handover_stop"),
        *(
            {
                "title": wording(f"handover_chat.{'change' if step in given else 'add'}.{step}"),
                "payload": f'/handover_change{{"handover_field": "{step}"}}',
            }
            for step in STEPS
        ),
    ]
    return _message(CHECK, text, buttons, consent=version)


def sent_message(sent: Sent) -> Message:
    """Return the reference and what happens next."""
    how = [way for way in ("phone", "email") if way in sent.by]
    key = f"handover_chat.next.{'_or_'.join(how)}" if how else "handover_chat.next.any"
    text = [
        wording("handover_chat.sent", reference=sent.reference),
        wording(key),
        *_hours(),
        wording("handover_chat.after"),
    ]
    return _message("sent", text, [], reference=sent.reference, links=helper_links())


def not_sent_message() -> Message:
    """Return that sending failed, that nothing is lost, and what else to do."""
    buttons = [_button("try_again", "handover_carry_on"), _button("stop", "handover_stop")]
    return _message("not_sent", [wording("handover_chat.not_sent")], buttons, links=helper_links(), form=True)


def too_many_message(sending: bool) -> Message:
    """Return that too many requests came from here, and how else to reach SENDIASS. `sending`: else it was only begun."""
    text = [wording("handover_chat.too_many_sent" if sending else "handover_chat.too_many_begun"), *_how_to_reach()]
    buttons = [_button("try_again", "handover_carry_on"), _button("stop", "handover_stop")] if sending else []
    return _message("not_sent" if sending else "how_to_reach", text, buttons, links=helper_links())


def stopped_message(was_begun: bool) -> Message:
    """Return that nothing was sent, and other ways to get help."""
    first = wording("handover_chat.stopped" if was_begun else "handover_chat.declined")
    return _message("stopped", [first, wording("handover_chat.other_help")], [], links=helper_links())


def filled(message: Message, draft: dict[str, Any] | None) -> Message:
    """Return the check with what would be sent in it; where there is no draft any more, with a sentence in its place."""
    if message.get("custom", {}).get("step") != CHECK or CHECK_PLACEHOLDER not in message["text"]:
        return message
    lines = _lines(draft) if draft else [wording("handover_chat.check_gone")]
    return {**message, "text": message["text"].replace(CHECK_PLACEHOLDER, "\n\n".join(lines))}


def _lines(draft: dict[str, Any]) -> list[str]:
    lines = [
        f"{wording(f'notice.fields.{field}')}: {draft['answers'].get(field) or wording('handover_chat.not_given')}"
        for step in STEPS.values()
        for field in step.fields
        if draft["answers"].get(field) or len(step.fields) == 1
    ]
    chat = draft.get("conversation")
    if not chat:
        return [*lines, wording("handover_chat.chat_stays")]
    said = [f"{wording(f'notice.speakers.{who}')}: {text}" for who, text in chat]
    return [*lines, wording("handover_chat.chat_goes_along"), *said, wording("handover_chat.end_of_chat")]


def _how_to_reach() -> list[str]:
    service = contact("sendiass")
    return [wording("handover.how"), service.text if service.phone else wording("handover.no_phone"), *_hours()]


def _hours() -> list[str]:
    there = when_somebody_is_there()
    return [there] if there else []


def _times() -> list[str]:
    return [wording(f"handover_chat.times.{time}") for time in ("any", "mornings", "afternoons", "evenings")]


def _button(title: str, intent: str) -> dict[str, str]:
    return {"title": wording(f"handover_chat.buttons.{title}"), "payload": f"/{intent}"}


def _message(step: str, text: Sequence[str], buttons: Sequence[dict[str, str]], **custom: Any) -> Message:
    extra = {key: value for key, value in custom.items() if value}
    if extra.get("form"):
        extra["form"] = FORM_PATH
    return {"text": "\n\n".join(text), "buttons": list(buttons), "custom": {"kind": "handoff", "step": step, **extra}}
