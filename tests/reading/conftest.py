"""Both Pythons run these tests; those that need what only the gateway's has are run there alone."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("hypothesis") else ["test_bounds.py", "test_handover_reply.py", "test_typed_text.py"]
