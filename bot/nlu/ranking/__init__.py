"""Ranking answers and intents, and how sure the ranking is."""
