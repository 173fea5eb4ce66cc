"""How Rasa calls actions, without two costs of every call. Imported by the first component of the pipeline.

- In Rasa 3.6.21 `RemoteAction._validate_action_result` calls `jsonschema.validate`, which re-checks the schema itself
  each time: about three quarters of an action's turn. The check of the reply stays exactly as strict.
- `EndpointConfig.session` opens a connection for each call; here connections stay open for the next.
"""

from __future__ import annotations

import asyncio
from typing import Any, Dict
from weakref import WeakKeyDictionary

import aiohttp
from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

from bot.processes.deadline import turn_deadline_s

# Less than any server waits before it closes an idle connection: a call must never be sent into a closing one.
IDLE_SECONDS = 2.0
_VALIDATOR = Draft7Validator(RemoteAction.action_response_format_spec())
_CONNECTORS: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = WeakKeyDictionary()


def call_actions_cheaply() -> None:
    """Make Rasa's remote actions use one validator for all calls, and one pool of connections."""
    Draft7Validator.check_schema(_VALIDATOR.schema)
    RemoteAction._validate_action_result = _validate
    EndpointConfig.session = _session


def _validate(self: RemoteAction, result: Dict[str, Any]) -> bool:
    _VALIDATOR.validate(result)
    return True


def _session(self: EndpointConfig) -> aiohttp.ClientSession:
    """Return what Rasa's own method returns, but for the connections, which outlast the session, and the deadline."""
    loop = asyncio.get_running_loop()
    if loop not in _CONNECTORS:
        _CONNECTORS[loop] = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
    return aiohttp.ClientSession(
        headers=self.headers,
        auth=aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"]) if self.basic_auth else None,
        timeout=aiohttp.ClientTimeout(total=turn_deadline_s() or DEFAULT_REQUEST_TIMEOUT),
        connector=_CONNECTORS[loop],
        connector_owner=False,
    )
