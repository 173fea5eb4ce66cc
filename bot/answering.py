"""Does something on this machine answer at an address?"""

from __future__ import annotations

import requests


def hangs(address: str, within_s: float) -> bool:
    """Tell whether somebody is there who says nothing within so many seconds; where nobody listens, nobody hangs."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.get(address, timeout=within_s, stream=True, allow_redirects=False).close()
    except requests.Timeout:
        return True
    except requests.RequestException:
        return False
    return False


def responds(address: str, within_s: float) -> bool:
    """Tell whether anything comes back within so many seconds: that it says something matters, not what it says."""
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy of the environment's lies between this machine and itself
            session.get(address, timeout=within_s, stream=True, allow_redirects=False).close()
    except requests.RequestException:
        return False
    return True
