"""Who may ask, by effect: a proxy's header, a token, a local account; and every way around them that we know."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from docs_store import StorageError, UsageError
from webui.access.accounts import Accounts, hash_password, read_accounts, remove_account, write_account
from webui.access.login import Throttle, own_address
from webui.access.tokens import AUDIENCE, make_token, sign
from webui.cli import main
from webui.messages import EN, VI
from webui.settings import Settings, read_settings

from .access import (
    BRIDGE_QUESTION,
    COMET_QUESTION,
    INTRANET,
    PASSWORD,
    PROXY,
    SECRET,
    STRANGER,
    index_news,
    make_accounts,
    open_app,
    sign_in,
    visitor,
)

KEY = SECRET.encode()
HEADER = {"user_header": "X-Remote-User", "trusted_proxies": f"{PROXY}, 10.1.0.0/16, fd00::/8"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_news(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def by_header(data: Path) -> Any:
    groups = {"groups_header": "X-Remote-Groups", "group_roles": "bien-tap=editor, quan-tri=admin"}
    return open_app(data, **HEADER, **groups)


@pytest.fixture(scope="module")
def by_token(data: Path) -> Any:
    return open_app(data, token_secret=SECRET, embed_origins=(INTRANET,))


@pytest.fixture(scope="module")
def accounts_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_accounts(tmp_path_factory.mktemp("accounts") / "accounts.json")


@pytest.fixture(scope="module")
def by_account(data: Path, accounts_file: Path) -> Any:
    return open_app(data, accounts=accounts_file)


@pytest.fixture
def own_accounts(data: Path, tmp_path: Path) -> tuple[Any, Path]:
    """Return an application with an accounts file that the test may change, and the file."""
    path = tmp_path / "accounts.json"
    write_account(path, "lan", "reader", PASSWORD)
    return open_app(data, accounts=path), path


def token(user: str = "lan", role: Any = "reader", seconds: int = 600, origin: str = "") -> str:
    return make_token(KEY, user, role, seconds, origin)


def get_raw(app: Any, address: str, path: str, headers: Any = ()) -> int:
    """Return the status for a path and headers sent as they are written: the test client would tidy them up."""
    transport = httpx.ASGITransport(app=app, client=(address, 1))

    async def get() -> httpx.Response:
        url = httpx.URL("http://hoitin.example").copy_with(raw_path=path.encode())
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(url, headers=list(headers))

    return asyncio.run(get()).status_code


# --- every route ----------------------------------------------------------------------------


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield method and an address for every route of an application and of those mounted in it."""
    for route in getattr(app, "routes", []):
        path = prefix + re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        if hasattr(route, "methods"):
            yield from ((method, path) for method in route.methods or {"GET"})
        else:
            yield "GET", path + "/x"
            yield from routes(getattr(route, "app", None), path)
        yield from routes(getattr(route, "original_router", None), prefix)


OPEN = {"/healthz", "/favicon.ico", "/widget.js", "/widget/hello"}


@pytest.mark.parametrize("way", ["by_header", "by_token", "by_account"])
def test_every_route_is_closed_to_the_unsigned(way: str, request: pytest.FixtureRequest) -> None:
    app = request.getfixturevalue(way)
    client = visitor(app)
    found = sorted(
        set(routes(app))
        | {("POST", "/nowhere"), ("PUT", "/api/ask"), ("GET", "/"), ("GET", "/widget-demo"), ("GET", "/static/chat.js")}
    )
    assert len({path for _, path in found if "/gradio_api/" in path}) > 40
    assert {"/api/ask", "/source/x", "/chat/gradio_api/queue/join", "/en/chat/gradio_api/run/x"} <= {path for _, path in found}
    for method, path in found:
        if path in OPEN or (way == "by_account" and path == "/login"):
            continue
        response = client.request(method, path, json={} if method in ("POST", "PUT") else None)
        assert response.status_code == 401, (method, path)
        if method != "HEAD":
            assert response.json() == {"error": f"{VI.sign_in_needed} | {EN.sign_in_needed}"}
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("way", ["by_header", "by_token", "by_account"])
@pytest.mark.parametrize(
    "path",
    [
        "/healthz/../source/x",
        "/healthz/%2e%2e/chat/",
        "/healthz;/chat/",
        "/healthz/",
        "/HEALTHZ",
        "//chat/",
        "/static/pages.css/../chat.js",
        "/static/chat.css",
        "/static/../chat/",
        "/t/x/chat/",
        "/t//chat/",
        "/t/../chat/",
        "/login/../chat/",
        "/login/x",
        "/favicon.ico/x",
    ],
)
def test_no_spelling_of_an_open_path_leads_to_a_closed_one(way: str, path: str, request: pytest.FixtureRequest) -> None:
    assert get_raw(request.getfixturevalue(way), STRANGER, path) == 401


def test_a_websocket_of_the_unsigned_is_closed(by_header: Any) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, visitor(by_header).websocket_connect("/chat/gradio_api/queue/join"):
        pass
    assert closed.value.code == 1008


def test_without_sign_in_everybody_reads_and_nobody_edits(data: Path) -> None:
    client = visitor(open_app(data), X_Remote_User="thu", Authorization=f"Bearer {token(role='admin')}")
    assert client.get("/chat/").status_code == 200
    assert client.post("/api/ask", json={"question": COMET_QUESTION}).json()["found"] is True
    for method, path in (("POST", "/api/remove"), ("POST", "/api/restore"), ("GET", "/api/status")):
        refused = client.request(method, path, json={"doc_id": "x"} if method == "POST" else None)
        assert refused.status_code == 403
        assert refused.json() == {"error": f"{VI.not_allowed} | {EN.not_allowed}"}
    assert client.get("/login").status_code == 404
    assert client.get(f"/t/{token()}/chat/").status_code == 404


# --- the proxy's header ---------------------------------------------------------------------


@pytest.mark.parametrize("address", [PROXY, "10.1.255.7", "fd00::7", f"::ffff:{PROXY}"])
def test_whom_a_trusted_proxy_names_may_read(by_header: Any, address: str) -> None:
    client = visitor(by_header, address, X_Remote_User="lan")
    assert client.get("/chat/").status_code == 200
    assert client.get("/chat/gradio_api/info").status_code == 200
    assert client.post("/api/ask", json={"question": COMET_QUESTION}).json()["found"] is True


@pytest.mark.parametrize("address", [STRANGER, "127.0.0.1", "10.2.0.5", "fe80::5", "::1", "::ffff:10.2.0.5", "testclient"])
@pytest.mark.parametrize("more", [{}, {"X_Forwarded_For": PROXY}, {"Forwarded": f"for={PROXY}"}, {"X_Real_IP": PROXY}])
def test_the_header_of_anybody_else_is_not_believed(by_header: Any, address: str, more: dict[str, str]) -> None:
    client = visitor(by_header, address, X_Remote_User="thu", X_Remote_Groups="quan-tri", **more)
    assert client.get("/chat/").status_code == 401
    assert client.post("/api/ask", json={"question": COMET_QUESTION}).status_code == 401
    assert client.get("/api/status").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Remote-User", "")],
        [("X-Remote-User", "  ")],
        [("X-Remote-User", "lan"), ("X-Remote-User", "thu")],
        [("X-Remote-User", "lan"), ("x-remote-user", "lan")],
        [("X_Remote_User", "thu")],
        [("X-Remote_User", "thu")],
        [("X-Remote-User ", "thu")],
        [("X-Remote-User", b"ad\x01min")],
        [("X-Remote-User", "la​n".encode())],
        [("X-Remote-User", "‮nal".encode())],
        [("X-Remote-User", b"\xff\xfe")],
        [("X-Remote-User", "a" * 129)],
    ],
    ids=repr,
)
def test_a_header_that_is_no_single_clean_name_signs_nobody_in(by_header: Any, headers: list[tuple[str, Any]]) -> None:
    assert get_raw(by_header, PROXY, "/api/status", headers) == 401


def test_an_underscored_twin_does_not_change_who_it_is(by_header: Any) -> None:
    client = visitor(by_header, PROXY)
    headers = [("X-Remote-User", "lan"), ("X_Remote_User", "thu"), ("X_Remote_Groups", "quan-tri")]
    assert client.get("/chat/", headers=headers).status_code == 200
    assert client.get("/api/status", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        ("", 403), ("doc-gia", 403), ("quan-tri-vien", 403), ("Quan-Tri", 403), ("bien-tap", 200),
        ("doc-gia, bien-tap", 200), ("doc-gia;quan-tri", 200), ("x" * 9000 + ",quan-tri", 403),
    ],
)  # fmt: skip
def test_groups_bring_roles_by_their_whole_name(by_header: Any, groups: str, status: int) -> None:
    client = visitor(by_header, PROXY, X_Remote_Groups=groups)
    assert client.get("/api/status", headers={"X-Remote-User": "Nguyễn Thu".encode()}).status_code == status


def test_another_site_cannot_make_a_signed_in_browser_ask(by_header: Any) -> None:
    client = visitor(by_header, PROXY, X_Remote_User="thu", X_Remote_Groups="quan-tri")
    body = {"question": COMET_QUESTION}
    evil = "http://evil.example"
    for headers in ({"Origin": evil}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        for path in ("/api/ask", "/api/remove", "/chat/gradio_api/run/ask", "/chat/gradio_api/queue/join"):
            assert client.post(path, json=body, headers=headers).status_code == 403
    for headers in (
        {},
        {"Origin": "http://hoitin.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://else.example"},
    ):
        assert client.post("/api/ask", json=body, headers=headers).status_code == 200


# --- X-Forwarded-* --------------------------------------------------------------------------

FORGED = {
    "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil",
    "X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example;proto=https", "X-Forwarded-Server": "evil.example",
}  # fmt: skip


def test_forged_forwarded_headers_change_nothing(data: Path) -> None:
    for settings in ({}, {"trusted_proxies": PROXY}):
        client = visitor(open_app(data, **settings), "127.0.0.1")
        for path in ("/chat/", "/chat/config", "/widget-demo", "/chat/gradio_api/info", "/chat", "/static"):
            plain, forged = client.get(path), client.get(path, headers=FORGED)
            assert forged.status_code == plain.status_code
            assert "evil" not in forged.text + str(forged.headers)
            assert "https://hoitin" not in forged.text + str(forged.headers)


def test_the_server_itself_believes_nobody(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from webui.serving import make_config

    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    config = make_config(open_app(data), Settings(data=data))
    config.load()
    assert not config.proxy_headers


def test_a_trusted_proxy_says_scheme_and_host(data: Path) -> None:
    client = visitor(open_app(data, trusted_proxies=PROXY, hosts=("hoitin.example", "tin.example")), PROXY)
    told = {"X-Forwarded-Host": "tin.example", "X-Forwarded-Proto": "https"}
    assert "https://tin.example/widget.js" in client.get("/widget-demo", headers=told).text
    assert client.get("/chat/config", headers=told).json()["root"] == "https://tin.example/chat"
    for host in ("evil.example/x", "a@b", "a b", "<b>", "a, b", "http://a"):
        page = client.get("/widget-demo", headers={"X-Forwarded-Host": host, "X-Forwarded-Proto": "ftp"}).text
        assert "http://hoitin.example/widget.js" in page


# --- tokens ---------------------------------------------------------------------------------


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


def handmade(claims: Any, header: Any = None, key: bytes = KEY, digest: Any = hashlib.sha256) -> str:
    """Return a token as an attacker, or a careless program, would put it together."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'} if header is None else header)}.{_part(claims)}"
    return f"{signed}.{_part(hmac.new(key, signed.encode(), digest).digest())}"


def claims(**changed: Any) -> dict[str, Any]:
    """Return good claims, changed; None takes one out."""
    good = {"sub": "lan", "role": "reader", "aud": AUDIENCE, "exp": time.time() + 600}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def bad_tokens() -> dict[str, str]:
    good = token()
    head, body, signature = good.split(".")
    changed = _part(json.loads(base64.urlsafe_b64decode(body + "==")) | {"role": "admin"})
    return {
        "another key": handmade(claims(), key=b"x" * 32),
        "no key": handmade(claims(), key=b""),
        "changed body": f"{head}.{changed}.{signature}",
        "changed signature": f"{head}.{body}.{('A' if signature[0] != 'A' else 'B') + signature[1:]}",
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{signature[:20]}",
        "alg none": f"{_part({'alg': 'none'})}.{body}.",
        "alg none, signed": handmade(claims(), {"alg": "none"}),
        "alg RS256": handmade(claims(), {"alg": "RS256"}),
        "alg HS512": handmade(claims(), {"alg": "HS512"}, digest=hashlib.sha512),
        "alg hs256": handmade(claims(), {"alg": "hs256"}),
        "crit": handmade(claims(), {"alg": "HS256", "crit": ["b64"], "b64": False}),
        "no header": handmade(claims(), []),
        "other audience": handmade(claims(aud="mail")),
        "no audience": handmade(claims(aud=None)),
        "session of an account": sign(claims(aud="hoitin session"), KEY),
        "no expiry": handmade(claims(exp=None)),
        "expiry as text": handmade(claims(exp="9999999999")),
        "expiry true": handmade(claims(exp=True)),
        "expiry never": handmade(claims(exp=float("inf"))),
        "expiry NaN": handmade(claims(exp=float("nan"))),
        "good for a day": handmade(claims(exp=time.time() + 86400)),
        "not yet": handmade(claims(nbf=time.time() + 600)),
        "no user": handmade(claims(sub=None)),
        "user with a control character": handmade(claims(sub="la\nn")),
        "user is a list": handmade(claims(sub=["lan"])),
        "unknown role": handmade(claims(role="root")),
        "role is a list": handmade(claims(role=["admin"])),
        "claims are a list": handmade([1]),
        "claims are no JSON": handmade(b"\xff"),
        "deep": handmade(b"[" * 1000),
        "too long": handmade(claims(x="a" * 3000)),
        "four parts": good + ".x",
        "two parts": f"{head}.{body}",
        "other page's origin": token(origin="https://evil.example"),
        "origin is a list": handmade(claims(origin=[INTRANET])),
    }


@pytest.mark.parametrize("name", list(bad_tokens()))
def test_a_token_that_is_not_ours_opens_nothing(by_token: Any, name: str) -> None:
    client, bad = visitor(by_token), bad_tokens()[name]
    for response in (
        client.post(f"/t/{bad}/api/ask", json={"question": COMET_QUESTION}),
        client.get(f"/t/{bad}/chat/config"),
        client.get("/chat/config", headers={"Authorization": f"Bearer {bad}"}),
    ):
        assert response.status_code == 401
        assert response.json() == {"error": f"{VI.token_wrong} | {EN.token_wrong}"}


def test_an_expired_token_is_said_to_be_that_in_both_languages(by_token: Any) -> None:
    old = handmade(claims(exp=time.time() - 1))
    client = visitor(by_token)
    assert client.post(f"/t/{old}/api/ask", json={}).json() == {"error": f"{VI.token_expired} | {EN.token_expired}"}
    page = client.get(f"/t/{old}/chat/", headers={"Accept": "text/html"})
    assert page.status_code == 401
    assert VI.token_expired in page.text
    assert EN.token_expired in page.text
    assert old not in page.text


def test_a_token_in_the_path_opens_the_chat_and_goes_along_with_all_its_addresses(by_token: Any) -> None:
    client, base = visitor(by_token), f"/t/{token()}"
    assert client.get(f"{base}/widget.js").status_code == 200
    assert client.get(f"{base}/").headers["location"] == f"{base}/chat/"
    for mount, up in (("/chat", "../"), ("/en/chat", "../../")):
        page = client.get(f"{base}{mount}/").text
        assert not [
            address
            for address in re.findall(r'(?:src|href)="(/[^"]*)"', page)
            if not address.startswith(base) and address != "/manifest.json"
        ]
        assert f'src=\\"{up}static/chat.js\\"' in page
        assert client.get(f"{base}{mount}/config").json()["root"] == f"http://hoitin.example{base}{mount}"
        asked = {"data": [COMET_QUESTION, "", None], "session_hash": "s"}
        reply = client.post(f"{base}{mount}/gradio_api/run/ask", json=asked).json()["data"][1]
        hrefs = [re.sub(r"&#(\d+);", lambda code: chr(int(code[1])), href) for href in re.findall(r'href="([^"]+)"', reply)]
        assert hrefs
        assert all(href.startswith(f"{up}source/") for href in hrefs)
    cited = client.post(f"{base}/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["source_url"]
    assert cited.startswith(f"{base}/source/")
    source = client.get(cited.partition("#")[0])
    assert source.status_code == 200
    assert f'href="{base}/static/pages.css"' in source.text
    assert client.get(f"{base}/static/pages.css").status_code == 200
    assert "set-cookie" not in source.headers


def test_a_token_works_under_a_path_prefix_too(data: Path) -> None:
    app = open_app(data, token_secret=SECRET, root_path="/hoitin")
    client = TestClient(app, base_url="http://hoitin.example", root_path="/hoitin", follow_redirects=False)
    base = f"/hoitin/t/{token()}"
    assert client.get(f"{base}/").headers["location"] == f"{base}/chat/"
    assert client.get(f"{base}/en/chat/config").json()["root"] == f"http://hoitin.example{base}/en/chat"
    asked = {"data": [COMET_QUESTION, "", None], "session_hash": "s"}
    assert client.post(f"{base}/en/chat/gradio_api/run/ask", json=asked).status_code == 200
    cited = client.post(f"{base}/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["source_url"]
    assert cited.startswith(f"{base}/source/")
    assert client.get(cited.partition("#")[0]).status_code == 200
    assert client.get("/hoitin/chat/").status_code == 401
    assert client.get(f"{base}/chat/gradio_api/file=/etc/hostname").status_code == 404


def test_a_link_to_be_copied_carries_no_token(by_token: Any) -> None:
    base = f"/t/{token()}"
    client = visitor(by_token)
    cited = client.post(f"{base}/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["source_url"]
    page = client.get(cited.partition("#")[0]).text
    assert re.findall(r'data-link="([^?"]*)', page) == [cited.removeprefix(base).partition("?")[0]]


def test_one_persons_token_never_shows_in_anothers_page(by_token: Any) -> None:
    client, tokens = visitor(by_token), [token(name) for name in ("lan", "minh", "thu")]
    for mine in tokens * 3:
        for path in ("chat/", "chat/config", "chat/gradio_api/info", "source/sao-choi", "widget-demo"):
            text = client.get(f"/t/{mine}/{path}").text
            assert not any(other in text for other in tokens if other != mine)


def test_the_doors_of_gradio_stay_shut_behind_a_token(by_token: Any, tmp_path: Path) -> None:
    client, base = visitor(by_token), f"/t/{token(role='admin')}"
    for path in (
        "chat/gradio_api/file=/etc/hostname",
        "chat/gradio_api/upload",
        "en/chat/gradio_api/proxy=http://x/",
        "t/x/chat/",
    ):
        assert client.get(f"{base}/{path}").status_code == 404
    payload = {"data": [{"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}]}
    assert client.post(f"{base}/chat/gradio_api/call/ask", json=payload).status_code == 422


def test_a_token_for_one_page_may_be_framed_by_that_page_alone(data: Path) -> None:
    other = "https://portal.example"
    client = visitor(open_app(data, token_secret=SECRET, embed_origins=(INTRANET, other)))
    bound, free = f"/t/{token(origin=INTRANET)}", f"/t/{token()}"
    ancestors = re.compile(r"frame-ancestors ([^;]*)")
    assert ancestors.findall(client.get(f"{bound}/chat/").headers["content-security-policy"]) == [INTRANET]
    assert ancestors.findall(client.get(f"{free}/chat/").headers["content-security-policy"]) == [f"'self' {INTRANET} {other}"]
    body = {"question": COMET_QUESTION}
    assert client.post(f"{bound}/api/ask", json=body, headers={"Origin": INTRANET}).status_code == 200
    assert client.post(f"{bound}/api/ask", json=body, headers={"Origin": "http://hoitin.example"}).status_code == 200
    assert client.post(f"{bound}/api/ask", json=body, headers={"Origin": other}).status_code == 401


def test_a_program_may_send_its_token_as_a_header(by_token: Any) -> None:
    client = visitor(by_token, Authorization=f"Bearer {token()}")
    assert client.post("/api/ask", json={"question": COMET_QUESTION}).json()["found"] is True


def test_a_token_of_any_jwt_library_is_read(by_token: Any) -> None:
    header = {"typ": "JWT", "alg": "HS256"}
    made = handmade(claims(iat=int(time.time()), role=None, jti="x"), header)
    assert visitor(by_token).get(f"/t/{made}/chat/").status_code == 200


def test_the_command_makes_a_token_that_opens_the_chat(by_token: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, ["token", "--user", "lan"])
    assert missing.exit_code == 2
    assert "HOITIN_TOKEN_SECRET_FILE" in missing.output
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    monkeypatch.setenv("HOITIN_TOKEN_SECRET_FILE", str(secret))
    made = CliRunner().invoke(main, ["token", "--user", "lan", "--minutes", "5"]).output.strip()
    assert visitor(by_token).get(f"/t/{made}/chat/").status_code == 200
    assert CliRunner().invoke(main, ["token", "--user", "lan", "--minutes", "61"]).exit_code == 2


# --- local accounts -------------------------------------------------------------------------


def test_an_account_signs_in_reads_and_signs_out(by_account: Any) -> None:
    client = visitor(by_account, Accept="text/html")
    sent = client.get("/source/sao-choi?page=1&lang=en")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=" + quote("/source/sao-choi?page=1&lang=en", safe="")
    page = client.get(sent.headers["location"])
    assert page.status_code == 200
    assert VI.account_name in page.text
    answer = sign_in(client, "Lan ", next="/source/sao-choi?page=1&lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/source/sao-choi?page=1&lang=en")
    assert client.get("/chat/").status_code == 200
    assert client.post("/api/ask", json={"question": COMET_QUESTION}).status_code == 200
    assert VI.signed_in_as.format(name="lan", role=VI.role_reader) in client.get("/login").text
    kept = client.cookies["hoitin"]
    assert client.post("/logout").status_code == 303
    assert client.get("/chat/").headers["location"] == "/login?next=%2Fchat%2F"
    assert visitor(by_account, Cookie=f"hoitin={kept}").get("/chat/config").status_code == 401


def test_the_sign_in_page_speaks_both_languages_and_its_looks_are_open(by_account: Any) -> None:
    client = visitor(by_account)
    for messages, other in ((VI, EN), (EN, VI)):
        page = client.get(f"/login?lang={messages.lang}&next=/chat/").text
        assert f'<html lang="{messages.lang}">' in page
        assert messages.password in page
        assert f"/login?lang={other.lang}&amp;next=/chat/" in page
        for address in re.findall(r'(?:src|href)="(/[^"?]*)"', page):
            assert client.get(address).status_code == 200, address
    assert EN.sign_in_wrong in client.post("/login?lang=en", data={"name": "lan", "password": "x"}).text


def test_the_cookie_is_for_our_pages_alone(by_account: Any, data: Path, accounts_file: Path) -> None:
    cookie = sign_in(visitor(by_account), "lan").headers["set-cookie"]
    assert re.fullmatch(r"hoitin=[\w.-]+; Path=/; Max-Age=36000; HttpOnly; SameSite=Lax", cookie)
    app = open_app(data, accounts=accounts_file, trusted_proxies=PROXY, root_path="/hoitin")
    secure = visitor(app, PROXY, X_Forwarded_Proto="https")
    cookie = sign_in(secure, "lan").headers["set-cookie"]
    assert re.fullmatch(r"__Host-hoitin=[\w.-]+; Path=/; Max-Age=36000; HttpOnly; SameSite=Lax; Secure", cookie)
    assert sign_in(visitor(app), "lan").headers["location"] == "/hoitin/chat/"
    value = cookie.partition("=")[2].partition(";")[0]
    assert (
        visitor(app, PROXY, X_Forwarded_Proto="https", Cookie=f"__Host-hoitin={value}").get("/chat/config").status_code == 200
    )
    # Under https the plain name, which any host of the domain can set, is not read.
    assert visitor(app, PROXY, X_Forwarded_Proto="https", Cookie=f"hoitin={value}").get("/chat/config").status_code == 401


def test_a_session_that_was_there_before_is_not_taken_over(by_account: Any) -> None:
    client = visitor(by_account)
    sign_in(client, "lan")
    planted = client.cookies["hoitin"]
    victim = visitor(by_account, Cookie=f"hoitin={planted}; hoitin-session=x")
    fresh = sign_in(victim, "minh").headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert fresh != planted
    again = sign_in(visitor(by_account), "minh").headers["set-cookie"]
    assert fresh not in again


def test_a_made_up_or_changed_session_opens_nothing(by_account: Any, accounts_file: Path) -> None:
    client = visitor(by_account)
    sign_in(client, "lan")
    good = client.cookies["hoitin"]
    head, body, signature = good.split(".")
    key = Accounts(accounts_file).key()
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert visitor(by_account, Cookie=f"hoitin={sign(claims, key)}").get("/chat/config").status_code == 200
    for bad in (
        f"{head}.{_part(claims | {'sub': 'thu'})}.{signature}",
        sign(claims, KEY),
        sign(claims | {"exp": time.time() - 1}, key),
        sign(claims | {"aud": AUDIENCE}, key),
        sign(claims | {"pwd": "x"}, key),
        sign(claims | {"sub": "ai-do"}, key),
        good[:-1],
        "",
        '"',
    ):
        assert visitor(by_account, Cookie=f"hoitin={bad}").get("/chat/config").status_code == 401, bad
        assert visitor(by_account, Authorization=f"Bearer {bad}").get("/chat/config").status_code == 401


def test_a_change_of_the_accounts_counts_at_once(own_accounts: tuple[Any, Path]) -> None:
    app, path = own_accounts
    client = visitor(app)
    sign_in(client, "lan")
    assert client.get("/api/status").status_code == 403
    lan = json.loads(path.read_text())
    lan["accounts"]["lan"]["role"] = "editor"
    path.write_text(json.dumps(lan))
    assert client.get("/api/status").status_code == 200
    write_account(path, "lan", "editor", PASSWORD + "!")  # another password ends the session
    assert client.get("/api/status").status_code == 401
    sign_in(client, "lan", PASSWORD + "!")
    assert client.get("/api/status").status_code == 200
    remove_account(path, "lan")
    assert client.get("/api/status").status_code == 401
    path.unlink()
    assert client.get("/api/status").status_code == 401
    assert client.get("/healthz").status_code == 200


def signed_out(app: Any) -> str:
    """Sign in and out again, and return the cookie that was good between."""
    client = visitor(app)
    sign_in(client, "lan")
    cookie = f"hoitin={client.cookies['hoitin']}"
    assert visitor(app, Cookie=cookie).get("/chat/config").status_code == 200
    assert client.post("/logout").status_code == 303
    return cookie


def test_signing_out_lasts_over_a_restart_and_over_several_servers(own_accounts: tuple[Any, Path], data: Path) -> None:
    app, path = own_accounts
    beside = open_app(data, accounts=path)
    other = visitor(beside)
    sign_in(other, "lan")
    cookie = signed_out(app)
    for one in (app, beside, open_app(data, accounts=path)):
        assert visitor(one, Cookie=cookie).get("/chat/config").status_code == 401
    assert other.get("/chat/config").status_code == 200  # the same person's other session goes on
    kept = path.with_name("accounts.json.ended")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert cookie.partition("=")[2] not in kept.read_text()  # the cookie itself is nobody's to read


def test_what_is_kept_of_a_sign_out_goes_when_the_session_would_have_ended(
    own_accounts: tuple[Any, Path], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, path = own_accounts
    kept = path.with_name("accounts.json.ended")
    kept.write_text("1764000000 phien-cu\n9999999999 phien-moi\n17640")  # the last line was cut short by a power cut
    kept.chmod(0o600)
    first, second = signed_out(app), signed_out(app)
    ids = [line.partition(" ")[2] for line in kept.read_text().split("\n") if line]
    assert len(ids) == 3
    assert ids[0] == "phien-moi"
    again = open_app(data, accounts=path)
    assert [visitor(again, Cookie=one).get("/chat/config").status_code for one in (first, second)] == [401, 401]


def test_a_line_cut_short_takes_no_sign_out_with_it(own_accounts: tuple[Any, Path], data: Path) -> None:
    app, path = own_accounts
    kept = path.with_name("accounts.json.ended")
    kept.write_text("9999999999 phien-moi\n99999")
    cookie = signed_out(app)
    assert visitor(open_app(data, accounts=path), Cookie=cookie).get("/chat/config").status_code == 401


def test_where_a_sign_out_cannot_be_written_it_still_holds_and_the_log_says_so(
    own_accounts: tuple[Any, Path], caplog: pytest.LogCaptureFixture
) -> None:
    app, path = own_accounts
    path.with_name("accounts.json.ended").mkdir()
    cookie = signed_out(app)
    assert visitor(app, Cookie=cookie).get("/chat/config").status_code == 401
    assert any("accounts.json.ended" in record.getMessage() for record in caplog.records)


def test_accounts_that_are_changed_at_the_same_moment_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    write_account(path, "cu", "reader", PASSWORD)
    code = (
        "import sys; from pathlib import Path; from webui.access.accounts import write_account, remove_account\n"
        "path, name = Path(sys.argv[1]), sys.argv[2]\n"
        "print('ready', flush=True); input()\n"
        "for number in range(3): write_account(path, f'{name}{number}', 'reader', sys.argv[3])\n"
        "remove_account(path, f'{name}0')"
    )
    root = Path(__file__).parent.parent
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": root}
    started = [subprocess.Popen([sys.executable, "-c", code, path, name, PASSWORD], **pipes) for name in "abcd"]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        process.communicate()
        assert process.returncode == 0
    assert set(read_accounts(path).accounts) == {"cu", *(f"{name}{number}" for name in "abcd" for number in (1, 2))}
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_accounts_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="khong-co"):
        write_account(tmp_path / "khong-co" / "accounts.json", "lan", "reader", PASSWORD)


def test_a_wrong_password_and_a_wrong_name_look_the_same(by_account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    real = hashlib.scrypt
    monkeypatch.setattr(hashlib, "scrypt", lambda password, **options: compared.append("x") or real(password, **options))
    client = visitor(by_account, "10.9.0.1")
    answers = []
    for name in ("lan", "khong-co"):
        response = sign_in(client, name, "sai mật khẩu rồi")
        page = re.sub(r'nonce="[^"]*"', "", response.text)  # a fresh one each time
        answers.append((response.status_code, page.replace(f'value="{name}"', "")))
        assert "set-cookie" not in response.headers
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    assert len(compared) == 2  # the work is the same too


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "%2f%2fevil.example",
        "http:evil.example",
        "/x\r\nSet-Cookie: a=b",
        "///evil.example",
        "evil",
        "/" + "a" * 3000,
    ],
)
def test_signing_in_leads_to_no_other_host(by_account: Any, after: str) -> None:
    assert own_address(after) == ""
    page = visitor(by_account).get("/login", params={"next": after}).text
    assert "evil" not in page
    assert "javascript" not in page
    answer = sign_in(visitor(by_account, f"10.8.0.{len(after) % 250}"), "lan", next=after)
    assert answer.headers["location"] == "/chat/"


def test_another_site_can_neither_sign_in_nor_out_nor_remove(by_account: Any) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        client = visitor(by_account, "10.7.0.1")
        assert client.post("/login", data={"name": "lan", "password": PASSWORD}, headers=headers).status_code == 403
        sign_in(client, "minh")
        for path in ("/logout", "/api/remove", "/api/restore", "/chat/gradio_api/run/ask"):
            assert client.post(path, json={"doc_id": "x"}, headers=headers).status_code == 403
        assert client.get("/api/status").status_code == 200


def test_guessing_from_one_address_is_slowed_down(by_account: Any) -> None:
    client = visitor(by_account, "10.6.0.1")
    statuses = [sign_in(client, "thu", f"đoán lần thứ {attempt}").status_code for attempt in range(6)]
    assert statuses == [401] * 5 + [429]
    refused = sign_in(client, "thu")  # the right one, too late
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert sign_in(visitor(by_account, "10.6.0.2"), "thu").status_code == 303  # the owner, elsewhere


def test_a_crowd_that_guesses_does_not_lock_the_owner_out() -> None:
    throttle = Throttle()
    assert throttle.take("thu", "10.6.1.1") == 0
    throttle.succeeded("thu", "10.6.1.1")
    refused = sum(throttle.take("thu", f"10.5.{number // 250}.{number % 250}") > 0 for number in range(2000))
    assert refused >= 1900
    assert throttle.take("thu", "10.6.1.1") == 0
    assert throttle.take("thu", "10.6.1.2") <= 10  # from a new place: seconds, not hours
    assert throttle.take("lan", "10.6.1.3") == 0


def test_one_who_tries_every_name_is_slowed_down_and_the_unknown_like_the_known() -> None:
    throttle = Throttle()
    waits = [throttle.take(f"ten-{number}", "10.6.2.1") for number in range(60)]
    assert waits[:30] == [0.0] * 30
    assert all(waits[30:])
    assert throttle.take("khong-co", "10.6.2.2") == throttle.take("thu", "10.6.2.2") == 0


def test_a_password_is_kept_as_a_slow_salted_hash_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    made = CliRunner().invoke(
        main, ["account", "add", "lan", "--role", "editor", "--file", str(path)], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output + path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    kept = json.loads(path.read_text())["accounts"]["lan"]["password"]
    assert kept.startswith("scrypt$32768$8$3$")
    assert hash_password(PASSWORD) != hash_password(PASSWORD)
    accounts = Accounts(path)
    assert accounts.check("lan", PASSWORD)
    assert not accounts.check("lan", PASSWORD + " ")
    assert CliRunner().invoke(main, ["account", "list", "--file", str(path)]).output == "lan\teditor\n"
    assert CliRunner().invoke(main, ["account", "remove", "lan", "--file", str(path)]).exit_code == 0
    assert not accounts.check("lan", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password"),
    [("lan", "ngắn"), ("lan/x", PASSWORD), ("Lan", PASSWORD), ("", PASSWORD), ("nguyenthilan", "NguyenThiLan")],
)
def test_a_weak_password_or_an_odd_name_is_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(UsageError):
        write_account(tmp_path / "accounts.json", name, "reader", password)
    assert not (tmp_path / "accounts.json").exists()


# --- what editors and administrators may ----------------------------------------------------


@pytest.fixture
def newsroom(tmp_path: Path) -> Any:
    """Return a client maker of an application of one's own: a name and a role give a client."""
    data = index_news(tmp_path)
    app = open_app(data, token_secret=SECRET)

    def client(name: str, role: str) -> TestClient:
        return visitor(app, Authorization=f"Bearer {token(name, role)}")

    client.data = data  # type: ignore[attr-defined]
    return client


def test_an_editor_takes_an_article_down_and_lets_it_in_again(newsroom: Any) -> None:
    editor, reader = newsroom("Nguyễn Thị Mai", "editor"), newsroom("lan", "reader")
    doc_id = reader.post("/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["doc_id"]
    order = {"doc_id": doc_id, "reason": "đính chính"}
    assert reader.post("/api/remove", json=order).status_code == 403
    assert reader.get(f"/source/{doc_id}").status_code == 200
    removed = editor.post("/api/remove", json=order)
    assert removed.json() == {"removed": [{"doc_id": doc_id, "title": "Sao chổi Bình Minh ghé thăm"}], "copies": []}
    assert reader.get(f"/source/{doc_id}").status_code == 404
    line = json.loads((newsroom.data / "audit.jsonl").read_text().splitlines()[-1])
    assert (line["action"], line["person"], line["reason"]) == ("remove", "Nguyễn Thị Mai", "đính chính")
    assert editor.post("/api/remove", json=order).status_code == 404
    assert reader.post("/api/restore", json={"doc_id": doc_id}).status_code == 403
    assert editor.post("/api/restore", json={"doc_id": doc_id}).json() == {"restored": [doc_id]}
    assert editor.post("/api/restore", json={"doc_id": doc_id}).status_code == 404
    found = reader.post("/api/ask", json={"question": COMET_QUESTION}).json()
    assert found["citations"][0]["doc_id"] == doc_id


def test_an_article_is_named_by_its_id_and_nothing_else(newsroom: Any) -> None:
    editor = newsroom("mai", "editor")
    file = newsroom.data.parent / "news" / "sao-choi.md"
    assert file.exists()
    for name in (str(file), "../news/sao-choi.md", "sao-choi.md", "*", "%"):
        assert editor.post("/api/remove", json={"doc_id": name}).status_code == 404
    for body in ({}, {"doc_id": ""}, {"doc_id": ["x"]}, {"doc_id": "x" * 201}, {"doc_id": "x", "reason": "y" * 501}):
        refused = editor.post("/api/remove", json=body)
        assert refused.status_code == 422
        assert "xx" not in refused.text
    form = editor.post("/api/remove", data={"doc_id": "x"})
    assert form.status_code == 422
    assert not (newsroom.data / "audit.jsonl").exists()


def test_only_an_administrator_sees_where_things_lie(newsroom: Any) -> None:
    doc_id = newsroom("lan", "reader").post("/api/ask", json={"question": COMET_QUESTION}).json()["citations"][0]["doc_id"]
    newsroom("mai", "editor").post("/api/remove", json={"doc_id": doc_id})
    assert newsroom("lan", "reader").get("/api/status").status_code == 403
    seen = newsroom("mai", "editor").get("/api/status")
    assert seen.json()["documents"] == 1
    assert seen.json()["withdrawn"][0]["doc_id"] == doc_id
    assert str(newsroom.data.parent) not in seen.text
    whole = newsroom("thu", "admin").get("/api/status").json()
    told = json.loads(CliRunner().invoke(main, ["status", "--json", "--data", str(newsroom.data)]).output)
    assert whole == told


# --- settings that would leave a door open --------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"USER_HEADER": "X-Remote-User"}, "HOITIN_TRUSTED_PROXIES"),
        ({"USER_HEADER": "X-Remote-User", "TRUSTED_PROXIES": "0.0.0.0/0"}, "everybody"),
        ({"USER_HEADER": "X-Remote-User", "TRUSTED_PROXIES": "10.0.0.0/8, ::/0"}, "everybody"),
        ({"USER_HEADER": "X-Remote-User", "TRUSTED_PROXIES": "nginx"}, "HOITIN_TRUSTED_PROXIES"),
        ({"USER_HEADER": "X_Remote_User", "TRUSTED_PROXIES": PROXY}, "HOITIN_USER_HEADER"),
        ({"USER_HEADER": "Host", "TRUSTED_PROXIES": PROXY}, "HOITIN_USER_HEADER"),
        ({"USER_HEADER": "X-Forwarded-User", "TRUSTED_PROXIES": PROXY}, "HOITIN_USER_HEADER"),
        ({"GROUPS_HEADER": "X-Groups"}, "HOITIN_USER_HEADER"),
        ({"GROUP_ROLES": "bien-tap=boss"}, "HOITIN_GROUP_ROLES"),
        ({"TOKEN_SECRET": "x" * 31}, "HOITIN_TOKEN_SECRET"),
        ({"TOKEN_SECRET_FILE": "/nowhere/secret"}, "HOITIN_TOKEN_SECRET_FILE"),
        ({"ACCOUNTS": "/nowhere/accounts.json"}, "HOITIN_ACCOUNTS"),
        ({"RATE": "-1"}, "HOITIN_RATE"),
    ],
)
def test_a_setting_that_leaves_a_door_open_is_refused_in_one_line(
    settings: dict[str, str], word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"HOITIN_{name}", value)
    run = CliRunner().invoke(main, ["serve", "--data", str(tmp_path)])
    assert run.exit_code == 2
    fault = next(line for line in run.output.splitlines() if line.startswith("Lỗi: "))
    assert word in fault
    assert " | " in fault
    assert "x" * 31 not in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o666, 0o602])
def test_a_file_of_secrets_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    accounts, secret = make_accounts(tmp_path / "accounts.json"), tmp_path / "secret"
    secret.write_text(SECRET)
    for path, given in ((accounts, {"accounts": accounts}), (secret, {"token_secret_file": secret})):
        path.chmod(0o640)
        read_settings(**given).check_secrets()
        path.chmod(mode)
        with pytest.raises(UsageError, match=str(path)):
            read_settings(**given).check_secrets()


def test_a_secret_shows_in_no_text_of_the_settings() -> None:
    settings = read_settings(token_secret=SECRET)
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump_json()}"


# --- two people at once ---------------------------------------------------------------------


def test_ten_thousand_interleaved_questions_of_two_people_never_mix(data: Path) -> None:
    app = open_app(data, **HEADER, rate=0)
    asked = {"lan": (COMET_QUESTION, "Sao chổi"), "minh": (BRIDGE_QUESTION, "Cầu")}

    async def ask(client: httpx.AsyncClient, name: str, count: int) -> int:
        question, title = asked[name]
        right = 0
        for _ in range(count):
            reply = await client.post("/api/ask", json={"question": question}, headers={"X-Remote-User": name})
            answer = reply.json()
            right += answer["question"] == question and answer["citations"][0]["title"].startswith(title)
        return right

    async def all_of_them() -> list[int]:
        transport = httpx.ASGITransport(app=app, client=(PROXY, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://hoitin.example") as client:
            return await asyncio.gather(*(ask(client, name, 1250) for name in [*asked] * 4))

    assert asyncio.run(all_of_them()) == [1250] * 8


def test_two_conversations_in_the_chat_never_mix(by_header: Any) -> None:
    app = by_header

    async def talk(client: httpx.AsyncClient, name: str, question: str, title: str) -> None:
        for turn in range(1, 21):
            asked = {"data": [question, "", None], "session_hash": f"phien-{name}"}
            reply = await client.post("/chat/gradio_api/run/ask", json=asked, headers={"X-Remote-User": name})
            shown = [part["content"][0]["text"] for part in reply.json()["data"][0]]
            assert len(shown) == 2 * turn
            assert all(title in text for text in shown[1::2])

    async def both() -> None:
        transport = httpx.ASGITransport(app=app, client=(PROXY, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://hoitin.example") as client:
            await asyncio.gather(talk(client, "lan", COMET_QUESTION, "Sao chổi"), talk(client, "minh", BRIDGE_QUESTION, "Cầu"))

    asyncio.run(both())
