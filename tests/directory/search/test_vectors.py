"""Vectors that an import left out are made in the background, while search goes on by words."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sqlalchemy import func, select

from bot.directory.search.models import SearchDocument, SearchVector
from bot.directory.search.text_index import refresh
from bot.directory.search.vectors import VectorKeeper
from tests.directory.stores import load, record


class Counting:
    """An encoder that counts what it encodes."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts) -> np.ndarray:
        self.texts += texts
        return np.ones((len(texts), 384), dtype=np.float32) / 384**0.5


@pytest.fixture
def filled(engine):
    load(engine, [record(1, "Autism group"), record(2, "Toy library")])
    refresh(engine)
    return engine


def missing(engine) -> int:
    with engine.connect() as connection:
        documents = connection.scalar(select(func.count()).select_from(SearchDocument))
        return documents - connection.scalar(select(func.count()).select_from(SearchVector))


def test_the_keeper_makes_what_is_missing_once(filled):
    encoder = Counting()
    keeper = VectorKeeper(filled, lambda: encoder, every_s=0.05)
    assert missing(filled) == 2
    keeper.start()
    deadline = time.monotonic() + 20
    while missing(filled) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    keeper.stop()
    assert missing(filled) == 0 and len(encoder.texts) == 2


def test_an_encoder_that_fails_does_not_end_it(filled):
    encoder = Counting()
    tries = []

    def sometimes():
        tries.append(1)
        if len(tries) < 2:
            raise RuntimeError("not there yet")
        return encoder

    keeper = VectorKeeper(filled, sometimes, every_s=0.05)
    keeper.start()
    deadline = time.monotonic() + 20
    while missing(filled) and time.monotonic() < deadline:
        time.sleep(0.05)
    keeper.stop()
    assert missing(filled) == 0 and len(tries) >= 2
