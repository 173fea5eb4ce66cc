"""The answers: loading and checking `knowledge/`, its sources and their dates."""
