"""The handover of one chat until it is sent: what was answered lies encrypted in its draft, and nowhere else.

Gateway and actions meet here. The gateway puts in what somebody typed; the action takes it out, has it checked and
tells Rasa only that it was given. Rasa's own slots and trackers hold markers.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from bot.handover.form.details import ANSWERS, NotUsable
from bot.handover.form.drafts import DraftStore, chat_key
from bot.handover.form.steps import CHECK, STEPS
from bot.handover.referrals.bounds import sender_of
from bot.handover.referrals.consent import consent_text, consent_version
from bot.handover.referrals.opening import handover_is_open
from bot.handover.referrals.store import Consent, Details, ReferralStore
from bot.settings import Settings

GIVEN = "given"
SKIPPED = "skipped"
TYPED = "typed"
SENDER = "sender"


class Incomplete(ValueError):
    """It cannot be sent: something is missing, or the words to agree to have changed since they were shown."""


@dataclass(frozen=True)
class Sent:
    """A referral that was sent: its reference, and by which ways ("phone", "email") they will get in touch."""

    reference: str
    by: tuple[str, ...]


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
        """Return what was answered so far, named as in `Details`, with our own notes; None where nothing was begun."""
        return self._drafts.read(chat_key(conversation)) if self.is_open() else None

    def begin(self, conversation: str) -> dict[str, Any]:
        """Return the chat's draft, an empty one where there was none."""
        draft = self.draft(conversation)
        if draft is None:
            draft = {"id": str(uuid.uuid4())}
            self._keep(conversation, draft)
        return draft

    def begin_from(self, conversation: str, address: str) -> None:
        """Begin the chat's draft for somebody at an address, where there is none; raise TooMany after too many of them."""
        if self.is_open() and self.draft(conversation) is None:
            sender = sender_of(self._settings, address)
            self._drafts.begin(chat_key(conversation), {"id": str(uuid.uuid4()), SENDER: sender}, sender)

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
        self._keep(
            conversation, {**self._without(draft, step), **found, "answered": [*self._answered(draft, step), step]}
        )
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
        version = consent_version(self.consent)
        if draft.get("consent") != version or not is_complete(draft):
            raise Incomplete
        details = details_of(draft)
        consent = Consent(version, datetime.now(UTC))
        key = f"{chat_key(conversation)} {draft['id']}"
        reference = self._referrals.submit(details, consent, conversation, key, draft.get(SENDER))
        self._drafts.drop(chat_key(conversation))
        return Sent(reference, tuple(way for way in ("phone", "email") if draft.get(way)))

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
        gone = {*STEPS[step].fields, "problem", "consent", TYPED}
        kept = {key: value for key, value in draft.items() if key not in gone}
        return {**kept, "failures": {key: n for key, n in draft.get("failures", {}).items() if key != step}}

    @staticmethod
    def _marker(draft: dict[str, Any], step: str) -> str | None:
        if step not in draft.get("answered", []):
            return None
        return GIVEN if any(draft.get(field) for field in STEPS[step].fields) else SKIPPED

    def _keep(self, conversation: str, draft: dict[str, Any]) -> None:
        self._drafts.write(chat_key(conversation), draft)


def is_complete(draft: dict[str, Any]) -> bool:
    """Tell whether every question was answered or left out, and nothing that must be given is missing."""
    answered = draft.get("answered", [])
    needed = (draft.get("about"), draft.get("name"), draft.get("phone") or draft.get("email"))
    return all(needed) and all(step in answered for step in STEPS)


def details_of(draft: dict[str, Any]) -> Details:
    """Return what the draft would send."""
    chat = draft.get("conversation")
    fields = {name: draft.get(name) for name in ANSWERS}
    return Details(**fields, conversation=tuple((who, text) for who, text in chat) if chat else None)  # type: ignore[arg-type]


def next_step(draft: dict[str, Any]) -> str:
    """Return the question that comes next, or CHECK."""
    return next((step for step in STEPS if step not in draft.get("answered", [])), CHECK)
