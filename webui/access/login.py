"""The sign-in page of the local accounts, and what slows down those who guess."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from ..messages import EN, LANGUAGES, VI, Messages
from ..source_page import chat_path, template
from .accounts import MAX_PASSWORD, Accounts
from .addresses import address_key
from .buckets import Buckets
from .gate import from_our_page
from .limits import free
from .sessions import Sessions

_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
_AT_ONCE = 8  # guesses that are being compared
_KNOWN = 10_000


class Throttle:
    """Slows down guessing, without letting a stranger keep an account's owner out.

    From one address, and for one name from one address, a few mistakes are free. For one name
    from everywhere too, but an address from which its owner once signed in does not count there.
    """

    def __init__(self) -> None:
        self._address = Buckets(30, 3)
        self._pair = Buckets(5, 30)
        self._name = Buckets(60, 10)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, name: str, address: str) -> float:
        """Return 0.0 if there may be an attempt now, else the seconds to wait."""
        wait = self._address.take(address) or self._pair.take(f"{name} {address}")
        return wait or (0.0 if (name, address) in self._known else self._name.take(name))

    def succeeded(self, name: str, address: str) -> None:
        """Note that it was no guess."""
        self._pair.forget(f"{name} {address}")
        self._address.give_back(address)
        if (name, address) not in self._known:
            self._name.give_back(name)
        self._known[name, address] = None
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)


def add_login(app: FastAPI, accounts: Accounts, sessions: Sessions, root: str) -> None:
    """Add GET and POST /login, and POST /logout."""
    throttle = Throttle()
    comparing = 0

    def page(request: Request, status: int = 200, *, problem: str = "", name: str = "", after: str = "") -> Response:
        messages = language(request)
        other = next(one for one in LANGUAGES.values() if one is not messages)
        person = request.scope.get("hoitin.person")
        html = template("login.html").render(
            m=messages, other=other, root=root, person=person, problem=problem, name=name, after=after,
            role=getattr(messages, f"role_{person.role}") if person else "", chat=chat_path(messages, root),
        )  # fmt: skip
        return HTMLResponse(html, status)

    @app.get("/login", dependencies=[free], response_class=HTMLResponse)
    def show(request: Request) -> Response:
        return page(request, after=own_address(request.query_params.get("next", "")))

    @app.post("/login", dependencies=[free])  # `Throttle` slows it down
    async def sign_in(request: Request) -> Response:
        nonlocal comparing
        if not from_our_page(request.scope):
            raise HTTPException(403, f"{VI.sign_in_cross_site} | {EN.sign_in_cross_site}")
        messages = language(request)
        try:
            form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        except ValueError:  # more fields than the page has
            return JSONResponse({"error": "a value in the request is not as it should be"}, 400)
        name, password, after = (form.get(field, [""])[0] for field in ("name", "password", "next"))
        name, after, address = name.strip().lower()[:64], own_address(after), address_key(request.scope)
        wait = throttle.take(name, address) if comparing < _AT_ONCE else 1.0
        if wait:
            seconds = math.ceil(wait)
            refused = page(request, 429, problem=messages.sign_in_wait.format(seconds=seconds), name=name, after=after)
            refused.headers["Retry-After"] = str(seconds)
            return refused
        comparing += 1
        try:
            account = await run_in_threadpool(accounts.check, name, password[: MAX_PASSWORD + 1])
        finally:
            comparing -= 1
        if account is None:
            return page(request, 401, problem=messages.sign_in_wrong, name=name, after=after)
        throttle.succeeded(name, address)
        response = RedirectResponse(root + after if after else chat_path(messages, root), 303)
        response.headers["Set-Cookie"] = sessions.begin(account, request.scope)
        return response

    @app.post("/logout", dependencies=[free])
    def sign_out(request: Request) -> Response:
        response = RedirectResponse(f"{root}/login?lang={language(request).lang}", 303)
        response.headers["Set-Cookie"] = sessions.end(request.scope)
        return response


def language(request: Request) -> Messages:
    """Return the language that the address asks for."""
    return LANGUAGES.get(request.query_params.get("lang", "vi"), VI)


def own_address(after: str) -> str:
    """Return where to go after signing in, below our root; "" if it is not on this host."""
    return after if len(after) <= 2000 and _OWN_PATH.fullmatch(after) else ""
