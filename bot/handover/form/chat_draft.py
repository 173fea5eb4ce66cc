"""The handover of one chat until it is sent: what was answered lies encrypted in its draft, and nowhere else.

Gateway and actions meet here. The gateway puts in what somebody typed; the action takes it out, has it checked and
tells Rasa only that it was given. Rasa's own slots and trackers hold markers.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from bot.handover.form.details import NotUsable
from bot.handover.form.drafts import DraftStore, chat_key
from bot.handover.form.sending import Incomplete, Sent, send
from bot.handover.form.steps import STEPS
from bot.handover.referrals.bounds import sender_of
from bot.handover.referrals.consent import consent_text, consent_version
from bot.handover.referrals.opening import handover_is_open
from bot.handover.referrals.store import ReferralStore
from bot.settings import Settings

GIVEN = "given"
SKIPPED = "skipped"
TYPED = "typed"
SENDER = "sender"


class ChatHandover:
    """The handovers of all chats. Methods may raise SQLAlchemyError; nothing of it is logged."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before it is needed: without a key there is still a way to say no."""
        self._settings = settings

    @cached_property
    def _drafts(self) -> DraftStore:
        return DraftStore(self._settings)

    @cached_property
    def _referrals(self) -> ReferralStore:
        return ReferralStore(self._settings)

    @property
    def consent(self) -> str:
        """The words to agree to, one sentence a line."""
        return consent_text(self._settings)

    def is_open(self) -> bool:
        """Tell whether details may be taken now."""
        return handover_is_open(self._settings)

    def draft(self, conversation: str) -> dict[str, Any] | None:
        """Return the draft: its `answers`, named as in `Details`, and our own notes; None where nothing was begun."""
        return self._drafts.read(chat_key(conversation)) if self.is_open() else None

    def begin(self, conversation: str) -> dict[str, Any]:
        """Return the chat's draft, an empty one where there was none."""
        draft = self.draft(conversation)
        if draft is None:
            draft = _new_draft()
            self._keep(conversation, draft)
        return draft

    def begin_from(self, conversation: str, address: str) -> None:
        """Begin the chat's draft for somebody at an address, where there is none; raise TooMany after too many of them."""
        if self.is_open() and self.draft(conversation) is None:
            sender = sender_of(self._settings, address)
            self._drafts.begin(chat_key(conversation), {**_new_draft(), SENDER: sender}, sender)

    def sends_from(self, conversation: str, address: str) -> None:
        """Note, with the draft, by what the address is counted that sends it."""
        draft = self.draft(conversation)
        if draft is not None:
            self._keep(conversation, {**draft, SENDER: sender_of(self._settings, address)})

    def drop(self, conversation: str) -> bool:
        """Erase the draft; tell whether there was one. Does nothing where handovers are closed."""
        return self.is_open() and self._drafts.drop(chat_key(conversation))

    def put(self, conversation: str, typed: str) -> None:
        """Keep what was typed until the action has it checked."""
        self._keep(conversation, {**self.begin(conversation), TYPED: typed})

    def take(self, conversation: str, step: str) -> bool:
        """Check what was typed for `step` and keep what it gives; tell whether it will do.

        Where it will not, the sentence that says why is kept for `problem`.
        """
        draft = self.begin(conversation)
        typed = str(draft.pop(TYPED, ""))
        try:
            found = STEPS[step].read(typed)
        except NotUsable as refused:
            failures = {**draft.get("failures", {}), step: self.failures(draft, step) + 1}
            self._keep(conversation, {**draft, "failures": failures, "problem": str(refused)})
            return False
        kept = self._without(draft, step)
        answered = [*self._answered(draft, step), step]
        self._keep(conversation, {**kept, "answers": kept["answers"] | found, "answered": answered})
        return True

    def skip(self, conversation: str, *steps: str) -> None:
        """Leave out optional questions."""
        draft = self.begin(conversation)
        for step in steps:
            draft = {**self._without(draft, step), "answered": [*self._answered(draft, step), step]}
        self._keep(conversation, draft)

    def reopen(self, conversation: str, step: str) -> None:
        """Forget the answer to `step`, so that it is asked again."""
        draft = self._without(self.begin(conversation), step)
        self._keep(conversation, {**draft, "answered": self._answered(draft, step)})

    def problem(self, conversation: str) -> tuple[str, int] | None:
        """Return, once, why the last answer would not do, and how often in all at that question; None if it did."""
        draft = self.begin(conversation)
        if "problem" not in draft:
            return None
        sentence = str(draft.pop("problem"))
        self._keep(conversation, draft)
        return sentence, max(draft.get("failures", {}).values(), default=1)

    def markers(self, conversation: str) -> dict[str, str | None]:
        """Return what Rasa's slots must hold for this draft: markers, never answers."""
        draft = self.begin(conversation)
        return {step.slot: self._marker(draft, step.name) for step in STEPS.values()}

    def include_chat(self, conversation: str, chat: Sequence[tuple[str, str]] | None) -> None:
        """Let the chat so far go along as it is now, or (None) not."""
        self._keep(conversation, {**self.begin(conversation), "conversation": chat})

    def shown(self, conversation: str) -> str:
        """Note that the consent wording of today is being shown with the answers; return its version."""
        version = consent_version(self.consent)
        self._keep(conversation, {**self.begin(conversation), "consent": version})
        return version

    def send(self, conversation: str) -> Sent | None:
        """Send what was agreed to. None where there is nothing to send and nothing was sent.

        Pressed twice, or again after a crash, it is sent once. Raises Incomplete, and TooMany (nothing is lost).
        """
        if not self.is_open():
            return None
        draft = self.draft(conversation)
        if draft is None:
            before = self._referrals.of_conversation(conversation)
            return Sent(before[0].reference, ()) if before else None
        if not all(step in draft.get("answered", []) for step in STEPS):
            raise Incomplete
        key = f"{chat_key(conversation)} {draft['id']}"
        sent = send(self._referrals, draft, draft.get("consent"), key, conversation, draft.get(SENDER))
        self._drafts.drop(chat_key(conversation))
        return sent

    @staticmethod
    def failures(draft: dict[str, Any], step: str) -> int:
        """Return how often an answer to `step` would not do."""
        return int(draft.get("failures", {}).get(step, 0))

    @staticmethod
    def _answered(draft: dict[str, Any], step: str) -> list[str]:
        return [other for other in draft.get("answered", []) if other != step]

    @staticmethod
    def _without(draft: dict[str, Any], step: str) -> dict[str, Any]:
        """Return the draft without what `step` gave, how often it failed, and what had been agreed to before."""
        kept = {key: value for key, value in draft.items() if key not in ("problem", "consent", TYPED)}
        answers = {name: answer for name, answer in draft["answers"].items() if name not in STEPS[step].fields}
        failures = {name: times for name, times in draft.get("failures", {}).items() if name != step}
        return {**kept, "answers": answers, "failures": failures}

    @staticmethod
    def _marker(draft: dict[str, Any], step: str) -> str | None:
        if step not in draft.get("answered", []):
            return None
        return GIVEN if any(draft["answers"].get(field) for field in STEPS[step].fields) else SKIPPED

    def _keep(self, conversation: str, draft: dict[str, Any]) -> None:
        self._drafts.write(chat_key(conversation), draft)


def _new_draft() -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "answers": {}}
