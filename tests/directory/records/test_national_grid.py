"""The National Grid against Ordnance Survey's worked example and places whose coordinates are known."""

from __future__ import annotations

import pytest

from bot.directory.records.national_grid import latitude_longitude


@pytest.mark.parametrize(
    ("easting", "northing", "latitude", "longitude"),
    [
        (651409.903, 313177.270, 52.657977, 1.716052),  # Caister water tower, in OS's guide to coordinate systems
        (427300, 542100, 54.7732, -1.5763),  # Durham Cathedral
        (530000, 180000, 51.5037, -0.1285),  # Whitehall
    ],
)
def test_grid_references_become_degrees_within_a_hundred_metres(easting, northing, latitude, longitude):
    assert latitude_longitude(easting, northing) == pytest.approx((latitude, longitude), abs=0.001)
