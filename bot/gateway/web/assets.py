"""Stylesheets, scripts and pictures: read once, compressed once, addressed by what they hold so that browsers may keep them."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request, Response

KEPT_FOR_EVER = "public, max-age=31536000, immutable"
KEPT_FOR_AN_HOUR = "public, max-age=3600"
_WORTH_COMPRESSING = ("text/", "image/svg")
_FEWEST_BYTES = 400


@dataclass(frozen=True)
class Asset:
    """One file as it is served. `compressed` is None where compressing gains nothing."""

    content: bytes
    compressed: bytes | None
    media_type: str
    version: str


class Assets:
    """What pages load beside themselves, by path (`/static/guide.css`)."""

    def __init__(self, folder: Path) -> None:
        """Read every file in `folder`, to be served below /static/."""
        self._by_path: dict[str, Asset] = {}
        for file in sorted(folder.iterdir()):
            if file.is_file():
                self.publish(f"/static/{file.name}", file.read_bytes(), _media_type(file))

    def publish(self, path: str, content: bytes, media_type: str) -> None:
        """Serve `content` at `path`."""
        worthwhile = len(content) >= _FEWEST_BYTES and media_type.startswith(_WORTH_COMPRESSING)
        compressed = gzip.compress(content, 9, mtime=0) if worthwhile else None
        self._by_path[path] = Asset(content, compressed, media_type, hashlib.sha256(content).hexdigest()[:12])

    def url(self, path: str) -> str:
        """Return the address of an asset that changes when it does; raise KeyError for one that is not there."""
        return f"{path}?v={self._by_path[path].version}"

    def respond(self, request: Request) -> Response | None:
        """Return the asset at the request's path, or None where there is none."""
        asset = self._by_path.get(request.url.path)
        if asset is None:
            return None
        asked_for = request.query_params.get("v")
        headers = {
            "Cache-Control": KEPT_FOR_EVER if asked_for == asset.version else KEPT_FOR_AN_HOUR,
            "ETag": f'"{asset.version}"',
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        if asset.compressed is not None and takes_gzip(request):
            return Response(
                asset.compressed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"}
            )
        return Response(asset.content, media_type=asset.media_type, headers=headers)


def takes_gzip(request: Request) -> bool:
    """Tell whether the browser can read gzip."""
    return "gzip" in request.headers.get("accept-encoding", "").lower()


def compressed(request: Request, response: Response) -> Response:
    """Compress a page that holds neither a secret nor a conversation, where the browser can read it.

    Only for such pages: the length of a compressed page that holds a token beside words from the request tells an
    onlooker something of the token (the attack named BREACH).
    """
    if takes_gzip(request) and len(response.body) >= _FEWEST_BYTES:
        response.body = gzip.compress(bytes(response.body), 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _media_type(file: Path) -> str:
    if file.suffix in (".js", ".mjs"):
        return "text/javascript"
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"
