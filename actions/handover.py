"""Handing over to SENDIASS: the offer, the form's questions, and sending. Answers are read from the draft, never from Rasa."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.exc import SQLAlchemyError

from actions.answers import with_services
from actions.base import GuideAction, Outcome
from bot.handover.form import replies
from bot.handover.form.chat_draft import GIVEN, SKIPPED, TYPED, ChatHandover
from bot.handover.form.chat_so_far import chat_so_far
from bot.handover.form.sending import Incomplete, Sent
from bot.handover.form.steps import CHECK, STEPS, step_of_slot
from bot.handover.referrals.bounds import TooMany
from bot.handover.referrals.store import NotPossible
from bot.settings import settings
from bot.turn.conversations import ConversationStore

log = logging.getLogger(__name__)

FIELD = "handover_field"
OPENINGS = ("distressed", "complain_about_guide")


@lru_cache(maxsize=1)
def handover() -> ChatHandover:
    """Return the handovers of this process."""
    return ChatHandover(settings())


@lru_cache(maxsize=1)
def conversations() -> ConversationStore:
    """Return the gateway's conversations, for a chat that goes along."""
    return ConversationStore(settings().database_url)


def _intent(tracker: Tracker) -> str:
    return str((tracker.latest_message.get("intent") or {}).get("name"))


class ActionHandover(GuideAction):
    """Offers a person, or says how to reach one."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the offer; in the middle of a handover, that it goes on."""
        if (tracker.active_loop or {}).get("name"):
            return Outcome([replies.waiting_message()])
        why = _intent(tracker)
        begun = bool((handover().draft(tracker.sender_id) or {}).get("answered"))
        if why in OPENINGS:
            return Outcome([replies.offer_message(why, handover().is_open(), begun)])
        return with_services(replies.offer_message(None, handover().is_open(), begun), tracker)


class ActionHandoverBegin(GuideAction):
    """Begins a handover, or takes up the one that was begun: Rasa may have forgotten it meanwhile."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_begin"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the markers of what is answered; an answer that waits to be checked is marked as typed.

        Where it can begin nothing is said: the form asks.
        """
        if not handover().is_open():
            return Outcome([replies.offer_message(None, False)])
        draft = handover().begin(tracker.sender_id)
        markers = handover().markers(tracker.sender_id)
        if TYPED in draft:
            markers[next(slot for slot, marker in markers.items() if marker is None)] = TYPED
        return Outcome(events=[*_marked(markers), SlotSet(f"handover_{CHECK}", None)])


class ActionHandoverDecline(GuideAction):
    """Takes a no for an answer, and says how else to get help."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_decline"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the other ways."""
        return Outcome([replies.stopped_message(was_begun=False)])


class ActionHandoverStop(GuideAction):
    """Erases what was answered; nothing is sent."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_stop"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Erase the draft and say so; empty the markers."""
        return Outcome([replies.stopped_message(was_begun=handover().drop(tracker.sender_id))], _emptied(_slots()))


class ActionHandoverChange(GuideAction):
    """Opens one question again."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_change"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Forget the answer that the button names. Nothing is said: the form asks."""
        step = next(tracker.get_latest_entity_values(FIELD), None)
        if step not in STEPS:
            return Outcome()
        handover().reopen(tracker.sender_id, step)
        return Outcome(events=_emptied([STEPS[step].slot]))


class ActionHandoverIncludeChat(GuideAction):
    """Lets the chat so far go along, or takes it out again."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_include_chat"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Change what goes along. Nothing is said: the check shows it."""
        ident = tracker.sender_id
        goes_along = bool(handover().begin(ident).get("conversation"))
        handover().include_chat(ident, None if goes_along else chat_so_far(conversations().history(ident)))
        return Outcome()


class ActionHandoverSend(GuideAction):
    """Sends what was agreed to, once."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_send"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the reference, or that it was not sent and is not lost; empty the markers."""
        try:
            sent: Sent | None = handover().send(tracker.sender_id)
        except TooMany:
            return Outcome([replies.too_many_message(sending=True)], _emptied(_slots()))
        except (Incomplete, NotPossible, SQLAlchemyError) as error:
            log.error("a referral was not sent: %s", type(error).__name__)
            return Outcome([replies.not_sent_message()], _emptied(_slots()))
        message = replies.sent_message(sent) if sent else replies.offer_message(None, handover().is_open())
        return Outcome([message], _emptied(_slots()))


class _AskStep(GuideAction):
    """Asks one question of the form. Abstract, so that the action server passes it over."""

    @property
    @abstractmethod
    def step(self) -> str:
        """The name of the step."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return f"action_ask_handover_{self.step}"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the question, with what was wrong about the last answer."""
        again = not _intent(tracker).startswith("handover_")
        problem = handover().problem(tracker.sender_id)
        return Outcome([replies.question_message(self.step, problem, again)])


def _asking(step: str) -> type[_AskStep]:
    return type(f"ActionAsk{step.title()}", (_AskStep,), {"step": step, "__doc__": f"Asks the question {step!r}."})


# The action server finds them among the classes of this module, so they must be held.
ASKING = {step: _asking(step) for step in STEPS}


class ActionAskCheck(GuideAction):
    """Shows everything that would be sent, and asks for consent."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_ask_handover_check"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the check; the gateway fills in the answers."""
        ident = tracker.sender_id
        version = handover().shown(ident)
        draft = handover().begin(ident)
        given = [step.name for step in STEPS.values() if any(draft["answers"].get(field) for field in step.fields)]
        return Outcome([replies.check_message(given, bool(draft.get("conversation")), handover().consent, version)])


class ValidateHandoverForm(FormValidationAction):
    """Has each answer checked; Rasa is told only that it was given or left out."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "validate_handover_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Check the latest answer. Where that fails it counts as not given, and the question stands."""
        try:
            if not handover().is_open():
                return [SlotSet("requested_slot", None), ActiveLoop(None)]
            events: list[dict[str, Any]] = await super().run(dispatcher, tracker, domain)
            return events
        except Exception as error:  # noqa: BLE001 - Rasa is silent when an action fails
            log.error("%s failed: %s", self.name(), type(error).__name__)
            return _emptied(tracker.slots_to_validate())

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Return a marker for each slot that was just filled."""
        markers: dict[str, str | None] = {}
        for slot, value in tracker.slots_to_validate().items():
            if value is not None:  # emptied slots are told of as well
                markers |= self._marker(tracker.sender_id, slot, str(value))
        return _marked(markers)

    def _marker(self, conversation: str, slot: str, value: str) -> dict[str, str | None]:
        step = step_of_slot(slot)
        if step == CHECK:
            return {slot: value}
        if step not in STEPS or value == GIVEN:
            return {}
        if value == SKIPPED and step in handover().begin(conversation).get("answered", []):
            return {}
        if value == TYPED:
            return {slot: GIVEN if handover().take(conversation, step) else None}
        # No age is asked of a child who is not named.
        left_out = ("child", "age") if step == "child" else (step,)
        handover().skip(conversation, *left_out)
        return {STEPS[name].slot: SKIPPED for name in left_out}


def _slots() -> list[str]:
    return [*(step.slot for step in STEPS.values()), f"handover_{CHECK}"]


def _marked(markers: Mapping[str, str | None]) -> list[dict[str, Any]]:
    return [SlotSet(slot, marker) for slot, marker in markers.items()]


def _emptied(slots: Iterable[str]) -> list[dict[str, Any]]:
    return _marked(dict.fromkeys(slots))
