"""The test data that lies beside the checkout: source documents, official schemas, captures of real feeds."""

from __future__ import annotations

import os
from pathlib import Path

from bot.paths import ROOT

# A git worktree lies elsewhere than the checkout, so that the folder can be named.
SHARED = Path(os.environ.get("GUIDE_TEST_SHARED", ROOT.parent / "shared"))
