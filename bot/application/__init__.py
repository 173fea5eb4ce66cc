"""The web application put together: pages, API, desk, upkeep."""
