"""Settings become the parts of access control here, and each is put in its place."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from fastapi import FastAPI

from retriever import Assistant

from ..messages import Messages
from ..settings import Settings
from .accounts import Accounts
from .addresses import ForwardedHeaders
from .editors import add_editor_routes
from .gate import Gate, Ways
from .hosts import OwnHosts
from .limits import ChatLimits, Limits, refuse_uncounted
from .login import add_login
from .proxy_header import ProxyHeader
from .sessions import Sessions

_AT_ONCE = max(2, os.cpu_count() or 2)  # what a turn computes is work for one core


class Access:
    """Who may ask, by the settings. Raises UsageError where these would leave a door open."""

    def __init__(self, settings: Settings, mounts: Mapping[str, Messages]) -> None:
        self._settings = settings
        self._mounts = mounts
        self._limits = Limits(settings.rate, _AT_ONCE)
        self._accounts = Accounts(settings.accounts) if settings.accounts else None
        self._sessions = Sessions(self._accounts, settings.root_path) if self._accounts else None
        header = ProxyHeader(settings.user_header, settings.groups_header, settings.group_roles)
        asks = [header.person] if settings.user_header else []
        asks += [self._sessions.person] if self._sessions else []
        self._ways = Ways(asks, settings.token_key(), self._accounts is not None, settings.embed_origins)

    @property
    def has_accounts(self) -> bool:
        """Tell whether there is a sign-in page."""
        return self._accounts is not None

    def add_routes(self, app: FastAPI, assistant: Assistant) -> None:
        """Add the routes of editors and, with local accounts, the sign-in page."""
        add_editor_routes(app, assistant, self._settings)
        if self._accounts and self._sessions:
            add_login(app, self._accounts, self._sessions, self._settings.root_path)

    def add_gate(self, app: FastAPI) -> None:
        """Add what asks who is there and how often they come. Its place is before all that reads a request.

        The routes are there by now. Raises ValueError for one that does not say what it costs.
        """
        refuse_uncounted(app, self._mounts)
        app.state.limits = self._limits
        # A thread that computes in Python lets another in only so often: at the default of 5 ms, a question beside one
        # that renders a long page takes three times as long.
        sys.setswitchinterval(0.0005)
        app.add_middleware(ChatLimits, limits=self._limits, mounts=self._mounts)
        app.add_middleware(Gate, ways=self._ways, root=self._settings.root_path)

    def add_names(self, app: FastAPI) -> None:
        """Add what refuses a host that we are not. Its place is before the gate: who is refused need not be asked."""
        app.add_middleware(OwnHosts, hosts=self._settings.hosts, listening=self._settings.host)

    def add_way(self, app: FastAPI) -> None:
        """Add what believes a trusted proxy's word of the asker's address and of our host. All else leans on it."""
        app.add_middleware(ForwardedHeaders, trusted=self._settings.trusted_proxies)
