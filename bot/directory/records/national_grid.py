"""From the British National Grid to latitude and longitude, as Ordnance Survey describes it (good to about 5 metres)."""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan

# Airy 1830 ellipsoid and the grid's projection.
_A, _B = 6377563.396, 6356256.909
_SCALE = 0.9996012717
_LAT0, _LON0 = radians(49), radians(-2)
_EAST0, _NORTH0 = 400000.0, -100000.0
# WGS84 ellipsoid, and the seven parameters that lead from OSGB36 to it.
_A84, _B84 = 6378137.0, 6356752.3142
_SHIFT_M = (446.448, -125.157, 542.060)
_SCALE_PPM = -20.4894
_TURN_SECONDS = (0.1502, 0.2470, 0.8421)


def latitude_longitude(easting: float, northing: float) -> tuple[float, float]:
    """Return WGS84 latitude and longitude in degrees of a point of the National Grid, given in metres."""
    latitude, longitude = _osgb36(easting, northing)
    return _wgs84(latitude, longitude)


def _meridional_arc(latitude: float) -> float:
    n = (_A - _B) / (_A + _B)
    difference, total = latitude - _LAT0, latitude + _LAT0
    return (
        _B
        * _SCALE
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * difference
            - (3 * n + 3 * n**2 + 2.625 * n**3) * sin(difference) * cos(total)
            + (1.875 * n**2 + 1.875 * n**3) * sin(2 * difference) * cos(2 * total)
            - (35 / 24) * n**3 * sin(3 * difference) * cos(3 * total)
        )
    )


def _osgb36(easting: float, northing: float) -> tuple[float, float]:
    squared = 1 - (_B / _A) ** 2
    latitude, arc = _LAT0, 0.0
    while abs(northing - _NORTH0 - arc) > 1e-5:
        latitude += (northing - _NORTH0 - arc) / (_A * _SCALE)
        arc = _meridional_arc(latitude)
    nu = _A * _SCALE / sqrt(1 - squared * sin(latitude) ** 2)
    rho = _A * _SCALE * (1 - squared) * (1 - squared * sin(latitude) ** 2) ** -1.5
    eta = nu / rho - 1
    t, sec, d = tan(latitude), 1 / cos(latitude), easting - _EAST0
    north = (
        latitude
        - t / (2 * rho * nu) * d**2
        + t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta - 9 * t**2 * eta) * d**4
        - t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4) * d**6
    )
    east = (
        _LON0
        + sec / nu * d
        - sec / (6 * nu**3) * (nu / rho + 2 * t**2) * d**3
        + sec / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4) * d**5
        - sec / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6) * d**7
    )
    return north, east


def _wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    squared = 1 - (_B / _A) ** 2
    nu = _A / sqrt(1 - squared * sin(latitude) ** 2)
    point = (
        nu * cos(latitude) * cos(longitude),
        nu * cos(latitude) * sin(longitude),
        nu * (1 - squared) * sin(latitude),
    )
    x, y, z = point
    scale = 1 + _SCALE_PPM * 1e-6
    rx, ry, rz = (radians(turn / 3600) for turn in _TURN_SECONDS)
    x, y, z = (
        _SHIFT_M[0] + scale * x - rz * y + ry * z,
        _SHIFT_M[1] + rz * x + scale * y - rx * z,
        _SHIFT_M[2] - ry * x + rx * y + scale * z,
    )
    squared84 = 1 - (_B84 / _A84) ** 2
    across = hypot(x, y)
    latitude = atan2(z, across * (1 - squared84))
    for _ in range(5):
        nu = _A84 / sqrt(1 - squared84 * sin(latitude) ** 2)
        latitude = atan2(z + squared84 * nu * sin(latitude), across)
    return degrees(latitude), degrees(atan2(y, x))
