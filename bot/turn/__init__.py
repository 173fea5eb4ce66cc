"""One turn of a conversation, from what was typed to what is said: read `pipeline.py` first."""
