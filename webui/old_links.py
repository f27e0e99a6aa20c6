"""Links to a question from when it stood in the address's query, /chat/?q=…: sent on to where it is private."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .asking import ASKED_NAMES
from .security import own_path


class QuestionsBehindHash:
    """Answers an old link with its new address, the question behind "#".

    What stands there no browser sends: no address of what the page asks for next has it, no Referer, no log, and not
    the way to the sign-in page. It is done here, since a page's first script would come after its first requests.
    """

    def __init__(self, app: ASGIApp, mounts: Sequence[str]) -> None:
        self._app = app
        self._page = re.compile(rf"(?:/t/[\w.-]+)?(?:{'|'.join(map(re.escape, mounts))})/?")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = self._target(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else ""
        if target:
            await Response(status_code=302, headers={"Location": target, "Cache-Control": "no-store"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _target(self, scope: Scope) -> str:
        """Return the new address, relative to the old; "" where it is no link to a question."""
        path = own_path(scope)
        if not self._page.fullmatch(path):
            return ""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"))
        asked = [pair for pair in pairs if pair[0] in ASKED_NAMES]
        if not any(name == "q" for name, _ in asked):
            return ""
        others = urlencode([pair for pair in pairs if pair[0] not in ASKED_NAMES])
        place = path.rpartition("/")[2] or "./"
        return place + (f"?{others}" if others else "") + "#" + urlencode(asked)
