"""The signed tokens by which clients name conversations."""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from bot.guidance.wording import wording
from bot.turn.refusals import Refused


class Tokens:
    """Makes and reads tokens. One may be of a conversation that could not be begun yet, since its store failed."""

    def __init__(self, signing_key: str) -> None:
        self._signer = URLSafeSerializer(signing_key, salt="conversation")

    def of(self, conversation: str) -> str:
        """Return the token of a conversation."""
        return str(self._signer.dumps(conversation))

    def promised(self) -> str:
        """Return the token of a conversation that is begun with the next message in it."""
        return str(self._signer.dumps([secrets.token_urlsafe(24)]))

    def read(self, token: str) -> str:
        """Return the conversation that a token names; raise Refused where it is not ours."""
        return self._read(token)[0]

    def is_promised(self, token: str) -> bool:
        """Tell whether the conversation is to be begun; raise Refused for a token that is not ours."""
        return self._read(token)[1]

    def is_ours(self, token: str) -> bool:
        """Tell whether we made a token."""
        try:
            return bool(self._read(token))
        except Refused:
            return False

    def _read(self, token: str) -> tuple[str, bool]:
        try:
            named = self._signer.loads(token)
        except BadSignature as error:
            raise Refused("unknown_conversation", wording("gateway.unknown_conversation")) from error
        return (str(named[0]), True) if isinstance(named, list) else (str(named), False)
