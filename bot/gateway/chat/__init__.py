"""The chat as pages and as an API."""
