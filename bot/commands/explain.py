"""`explain "first message" "second message"`: hold a conversation with a guide of its own, and show what decided each turn."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

from bot.evaluation.answers.outcomes import read_cases
from bot.evaluation.system import NotReady, running_guide
from bot.turn.conversations import ConversationStore, Decision
from bot.turn.tokens import Tokens

_PATIENCE_S = 30.0


def explain(messages: Sequence[str], folder: str | None, audience: str) -> int:
    """Print what decided each message of a conversation; or, of a `folder` of measuring questions, a line for each message.

    Returns 0, or 1 after saying why no guide could be started.
    """
    try:
        with _Explained() as guide:
            if folder:
                for case in read_cases(Path(folder)):
                    asked_as = "professional" if case.get("group") == "staff" else "parent"
                    for taken in guide.conversation(_messages_of(case), asked_as):
                        print(_in_a_line(*taken), flush=True)
            for number, taken in enumerate(guide.conversation(messages, audience), 1):
                print("\n".join(_in_full(number, *taken)), flush=True)
    except NotReady as error:
        print(error, file=sys.stderr)
        return 1
    return 0


Taken = tuple[str, list[dict[str, Any]], Decision | None]


class _Explained:
    """A guide of its own, on stores of its own, that tells what decided its turns."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._database = f"sqlite:///{self._folder.name}/explained.db"
        self._key = secrets.token_urlsafe(32)
        self._guide = running_guide(GUIDE_DATABASE_URL=self._database, GUIDE_SECRET_KEY=self._key)

    def __enter__(self) -> _Explained:
        self._address = self._guide.__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        self._guide.__exit__(*failure)
        self._folder.cleanup()

    def conversation(self, messages: Sequence[str], audience: str) -> Iterator[Taken]:
        """Yield each message with the replies to it and what decided it (None where nothing was kept of it)."""
        store, token = ConversationStore(self._database), None
        known = 0
        for message in messages:
            body = {"message": message, "audience": audience, **({"conversation": token} if token else {})}
            reply = requests.post(f"{self._address}/api/chat", json=body, timeout=_PATIENCE_S)
            if reply.status_code != 200:
                yield message, [{"text": reply.json()["detail"], "custom": {"kind": "refused"}}], None
                continue
            token = reply.json()["conversation"]
            decisions = store.decisions(Tokens(self._key).read(str(token)))
            yield message, reply.json()["messages"], decisions[-1] if len(decisions) > known else None
            known = len(decisions)


def _messages_of(case: Mapping[str, Any]) -> list[str]:
    turns = case.get("turns")
    return [str(turn["message"]) for turn in turns] if turns else [str(case["message"])]


def _in_a_line(message: str, replies: Sequence[dict[str, Any]], decision: Decision | None) -> str:
    if decision is None:
        return f"{replies[0]['custom']['kind']}\t-\t-\t{message}"
    decided = (decision.evidence.get("decided") or {}).get("by", "")
    return f"{decision.outcome}\t{decision.step}\t{decided or decision.evidence.get('found_by', '')}\t{message}"


def _in_full(number: int, message: str, replies: Sequence[dict[str, Any]], decision: Decision | None) -> Iterator[str]:
    yield f"{number}. {message}"
    if decision:
        yield f"   outcome    {decision.outcome}"
        yield f"   decided by {decision.step}"
        for name, value in decision.evidence.items():
            yield f"     {name:<12} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        spent = ", ".join(f"{step} {milliseconds:g}" for step, milliseconds in decision.milliseconds.items())
        yield f"   steps, ms  {spent}"
    for reply in replies:
        custom = reply["custom"]
        what = " ".join(filter(None, [custom["kind"], custom.get("answer"), custom.get("about"), custom.get("step")]))
        yield f"   says       {what}: {str(reply['text']).splitlines()[0][:110]}"
    yield ""
