# SPDX-License-Identifier: Apache-2.0
"""What pages are made of: style, scripts, drawings. Served from memory, under a name of their own.

The address holds a hash of all of them, so a browser keeps them for good and a new version is a new
address; a script finds its neighbours by relative names.
"""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import guard
from ropewalk.portal.errors import NoSuchPageError

FOLDER: Final = Path(__file__).parent / "static"
KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
FOREVER: Final = "public, max-age=31536000, immutable"


class Assets:
    """All files of the folder, and the hash that names them."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.name: path.read_bytes()
            for path in sorted(folder.iterdir())
            if path.suffix in KINDS
        }
        whole = hashlib.sha256()
        for name, data in self._files.items():
            whole.update(f"{name} {len(data)}\n".encode() + data)
        self.version = whole.hexdigest()[:16]

    def url(self, name: str) -> str:
        """Where a file is.

        Raises:
            KeyError: there is none of the name.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def text(self, name: str) -> str:
        """A file's text, to stand inside a page."""
        return self._files[name].decode("utf-8")

    def router(self) -> APIRouter:
        """The route that serves them."""
        router = APIRouter(include_in_schema=False)

        @router.get("/static/{version}/{name}", dependencies=[guard("portal.open")])
        async def file(request: Request, version: str, name: str) -> Response:
            """A file; of another version there is none, whatever a cache may think."""
            data = self._files.get(name)
            if data is None or version != self.version:
                raise NoSuchPageError(f"there is no file {request.url.path}")
            kind = KINDS[Path(name).suffix]
            return Response(data, media_type=kind, headers={"cache-control": FOREVER})

        return router
