"""Handing over to SENDIASS: the offer, the form's questions, and sending. Answers are read from the draft, never from Rasa."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.exc import SQLAlchemyError

from actions.base import GuideAction
from bot.gateway.conversations import ConversationStore
from bot.guidance.replies import Message
from bot.handover import replies
from bot.handover.chat_draft import GIVEN, SKIPPED, TYPED, ChatHandover, Incomplete, Sent
from bot.handover.chat_so_far import chat_so_far
from bot.handover.referrals import NotPossible
from bot.handover.steps import CHECK, STEPS, step_of_slot
from bot.settings import settings

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

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the offer; in the middle of a handover, that it goes on."""
        if (tracker.active_loop or {}).get("name"):
            return [replies.waiting_message()]
        why = _intent(tracker)
        begun = bool((handover().draft(tracker.sender_id) or {}).get("answered"))
        return [replies.offer_message(why if why in OPENINGS else None, handover().is_open(), begun)]


class ActionHandoverBegin(GuideAction):
    """Begins a handover, or takes up the one that was begun: Rasa may have forgotten it meanwhile."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_begin"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return nothing where it can begin: the form asks."""
        return [] if handover().is_open() else [replies.offer_message(None, False)]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Return the markers of what is answered; an answer that waits to be checked is marked as typed."""
        if not handover().is_open():
            return []
        draft = handover().begin(tracker.sender_id)
        markers = handover().markers(tracker.sender_id)
        if TYPED in draft:
            markers[next(slot for slot, marker in markers.items() if marker is None)] = TYPED
        return [SlotSet(slot, marker) for slot, marker in markers.items()] + [SlotSet(f"handover_{CHECK}", None)]


class ActionHandoverDecline(GuideAction):
    """Takes a no for an answer, and says how else to get help."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_decline"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the other ways."""
        return [replies.stopped_message(was_begun=False)]


class ActionHandoverStop(GuideAction):
    """Erases what was answered; nothing is sent."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_stop"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Erase the draft and say so."""
        return [replies.stopped_message(was_begun=handover().drop(tracker.sender_id))]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Empty the markers."""
        return [SlotSet(slot, None) for slot in _slots()]


class ActionHandoverChange(GuideAction):
    """Opens one question again."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_change"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return nothing: the form asks."""
        return []

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Forget the answer that the button names."""
        step = next(tracker.get_latest_entity_values(FIELD), None)
        if step not in STEPS:
            return []
        handover().reopen(tracker.sender_id, step)
        return [SlotSet(STEPS[step].slot, None)]


class ActionHandoverIncludeChat(GuideAction):
    """Lets the chat so far go along, or takes it out again."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_include_chat"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return nothing: the check shows it."""
        return []

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Change what goes along."""
        ident = tracker.sender_id
        goes_along = bool(handover().begin(ident).get("conversation"))
        handover().include_chat(ident, None if goes_along else chat_so_far(conversations().history(ident)))
        return []


class ActionHandoverSend(GuideAction):
    """Sends what was agreed to, once."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover_send"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the reference, or that it was not sent and is not lost."""
        try:
            sent: Sent | None = handover().send(tracker.sender_id)
        except (Incomplete, NotPossible, SQLAlchemyError) as error:
            log.error("a referral was not sent: %s", type(error).__name__)
            return [replies.not_sent_message()]
        return [replies.sent_message(sent) if sent else replies.offer_message(None, handover().is_open())]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Empty the markers."""
        return [SlotSet(slot, None) for slot in _slots()]


class _AskStep(GuideAction):
    """Asks one question of the form. Abstract, so that the action server passes it over."""

    @property
    @abstractmethod
    def step(self) -> str:
        """The name of the step."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return f"action_ask_handover_{self.step}"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the question, with what was wrong about the last answer."""
        again = not _intent(tracker).startswith("handover_")
        problem = handover().problem(tracker.sender_id)
        return [replies.question_message(self.step, problem, again)]


class ActionAskAbout(_AskStep):
    """Asks what it is about."""

    step = "about"


class ActionAskName(_AskStep):
    """Asks for a name."""

    step = "name"


class ActionAskContact(_AskStep):
    """Asks for a telephone number or an e-mail address."""

    step = "contact"


class ActionAskWhen(_AskStep):
    """Asks when to get in touch."""

    step = "when"


class ActionAskChild(_AskStep):
    """Asks for the child's first name."""

    step = "child"


class ActionAskAge(_AskStep):
    """Asks for the child's age."""

    step = "age"


class ActionAskSchool(_AskStep):
    """Asks for the school."""

    step = "school"


class ActionAskCheck(GuideAction):
    """Shows everything that would be sent, and asks for consent."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_ask_handover_check"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the check; the gateway fills in the answers."""
        ident = tracker.sender_id
        version = handover().shown(ident)
        draft = handover().begin(ident)
        given = [step.name for step in STEPS.values() if any(draft.get(field) for field in step.fields)]
        return [replies.check_message(given, bool(draft.get("conversation")), handover().consent, version)]


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
            return [SlotSet(slot, None) for slot in tracker.slots_to_validate()]

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Return a marker for each slot that was just filled."""
        markers: dict[str, str | None] = {}
        for slot, value in tracker.slots_to_validate().items():
            if value is not None:  # emptied slots are told of as well
                markers |= self._marker(tracker.sender_id, slot, str(value))
        return [SlotSet(slot, marker) for slot, marker in markers.items()]

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
