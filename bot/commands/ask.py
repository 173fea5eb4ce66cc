"""Ask the running guide one question in the terminal; print the answer and its sources."""

from __future__ import annotations

import sys
from typing import Any

import requests

from bot.settings import settings


def ask(question: str, audience: str) -> int:
    """Ask the running guide and print its reply. Returns 0, or 1 after saying what is wrong."""
    configured = settings()
    address = f"http://{configured.host}:{configured.port}/api/chat"
    try:
        reply = requests.post(
            address, json={"message": question, "audience": audience}, timeout=configured.rasa_timeout_s + 5
        )
    except requests.ConnectionError:
        print("The guide is not running: start it with `make run` in another window.", file=sys.stderr)
        return 1
    body = reply.json()
    if reply.status_code != 200:
        print(body.get("detail") or body.get("title"), file=sys.stderr)
        return 1
    for message in body["messages"]:
        print(_in_plain_text(message))
    return 0


def _in_plain_text(message: dict[str, Any]) -> str:
    custom = message.get("custom", {})
    lines = [message["text"], ""]
    for source in custom.get("sources", []):
        lines.append(f"  source: {source['title']} ({source['published']}), section: {source['section_title']}")
    lines += [f"  link:   {link['title']}: {link['url']}" for link in custom.get("links", [])]
    lines += [f"  you may also ask: {button['title']}" for button in message.get("buttons", [])]
    confidence = f", confidence {custom['confidence']:.2f}" if "confidence" in custom else ""
    lines.append(f"  ({custom.get('kind', '?')}{': ' + custom['answer'] if 'answer' in custom else ''}{confidence})")
    return "\n".join(lines)
