"""Does something on this machine answer at an address? And where the parts do."""

from __future__ import annotations

import requests


def rasa_channel(port: int) -> str:
    """Return where Rasa's REST channel says that it is there; messages go to `webhook` below it."""
    return f"http://127.0.0.1:{port}/webhooks/rest/"


def actions_health(port: int) -> str:
    """Return where the action server says that it is there."""
    return f"http://127.0.0.1:{port}/health"


def hangs(address: str, within_s: float) -> bool:
    """Tell whether somebody is there who says nothing within so many seconds; where nobody listens, nobody hangs."""
    try:
        _ask(address, within_s)
    except requests.Timeout:
        return True
    except requests.RequestException:
        return False
    return False


def responds(address: str, within_s: float) -> bool:
    """Tell whether anything comes back within so many seconds: that it says something matters, not what it says."""
    try:
        _ask(address, within_s)
    except requests.RequestException:
        return False
    return True


def _ask(address: str, within_s: float) -> None:
    with requests.Session() as session:
        session.trust_env = False  # no proxy of the environment's lies between this machine and itself
        session.get(address, timeout=within_s, stream=True, allow_redirects=False).close()
