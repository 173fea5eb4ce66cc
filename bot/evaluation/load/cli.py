"""Prove that no referral is lost: many clients fill in the web form while processes are killed and mail is refused.

`python -m bot.evaluation.load.cli --referrals 1000 --clients 50 [--url postgresql+psycopg://...]`
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from bot.evaluation.load.load import run


def main() -> int:
    """Run from the command line; print the figures as JSON, and return 1 where they are no proof."""
    parser = argparse.ArgumentParser(description="Prove that no referral is lost.")
    parser.add_argument("--referrals", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--url", help="an empty PostgreSQL database on this machine; default: a SQLite file")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    figures = run(chosen.referrals, chosen.clients, chosen.url, chosen.seed)
    print(json.dumps(asdict(figures), indent=2))
    return 0 if figures.is_proof() else 1


if __name__ == "__main__":
    sys.exit(main())
