"""Rasa checks each action's reply against a JSON schema, and the schema itself, on every call: check the schema once.

In Rasa 3.6.21 `RemoteAction._validate_action_result` calls `jsonschema.validate`, which re-checks the schema
each time: about three quarters of an action's turn. The check of the reply stays exactly as strict.
"""

from __future__ import annotations

from typing import Any, Dict

from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction

_VALIDATOR = Draft7Validator(RemoteAction.action_response_format_spec())


def check_schema_once() -> None:
    """Make Rasa's remote actions use one validator for all calls."""
    Draft7Validator.check_schema(_VALIDATOR.schema)
    RemoteAction._validate_action_result = _validate


def _validate(self: RemoteAction, result: Dict[str, Any]) -> bool:
    _VALIDATOR.validate(result)
    return True
