"""A gateway with a Rasa that plays back what a test gives it."""

from tests.fakes import (  # noqa: F401 - pytest finds fixtures by name here
    client,
    make_client,
    make_open_client,
    rasa,
    referrals,
    say,
    settings,
    tracked,
)
