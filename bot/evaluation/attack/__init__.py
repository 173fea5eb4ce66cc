"""Attacks on a running guide, on loopback only: `make attack`, or `python -m bot.evaluation.attack`.

Each module holds the attacks of one subject. An attack says what it tries, what must hold, and what it measured.
"""
