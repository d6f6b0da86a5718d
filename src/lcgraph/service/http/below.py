"""A service that is reached below a path, as at ``https://example.org/cities/``."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Below:
    """Has the service answer below a path, whether the proxy before it passes the path on or cuts it off.

    :param app: what answers.
    :param path: begins with a slash and does not end in one; empty for the root.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] in ("http", "websocket") and self.path:
            path = scope["path"]
            if path != self.path and not path.startswith(self.path + "/"):
                path = self.path + path
            scope = {**scope, "path": path, "root_path": self.path}
        await self.app(scope, receive, send)
