"""Many people asking at once: `python -m tests.benchmarks.users DATA`.

Serves the index in DATA by the real application in a process of its own, and lets 1, 10 and 50 users ask one question
after the other, each a different one, by the JSON route and by the chat's own event; beside them, in the same run, an
event of Gradio that does nothing. Prints p50 and p95 in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

USERS = (1, 10, 50)
_EACH = 300  # requests of all users together
_NOTHING = "/nothing"


def serve(data: Path, port: int) -> None:
    """Serve the application with one more page, whose only event does nothing."""
    import gradio as gr
    import uvicorn

    from webui.assembly import make_assistant
    from webui.server import make_app
    from webui.settings import read_settings

    settings = read_settings(data=data, rate=0)
    assistant = make_assistant(settings)
    assistant.load_model()
    app = make_app(assistant, settings)
    with gr.Blocks(analytics_enabled=False) as nothing:
        box = gr.Textbox()
        box.submit(lambda text: text, box, box, api_name="ask", queue=False)
    gr.mount_gradio_app(app, nothing, path=_NOTHING, footer_links=[])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.data, options.serve)
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.users", str(options.data), "--serve", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"})
    try:
        asyncio.run(_measure(f"http://127.0.0.1:{port}", options.data))
    finally:
        process.terminate()
        process.wait(20)


async def _measure(url: str, data: Path) -> None:
    import httpx

    from docs_store import Generations

    passages = Generations(data).open_current().passages
    questions = [f"{head.title}?"[:200] for head in passages.newest(_EACH)] or ["Hội nghị họp ở đâu?"]
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        await _until_healthy(client)
        config = (await client.get("/chat/config")).json()
        chat = next(one for one in config["dependencies"] if one.get("api_name") == "ask")
        print(f"{'':24}{''.join(f'{users:>4} users p50 / p95 ms' for users in USERS)}")
        for name, send in (
            ("JSON route", lambda question: client.post("/api/ask", json={"question": question})),
            ("chat event", lambda question: client.post("/chat/gradio_api/run/predict", json=_event(chat, question))),
            ("Gradio, nothing done", lambda question: client.post(f"{_NOTHING}/gradio_api/run/ask", json={"data": [question]})),
        ):
            print(f"{name:24}" + "".join([f"{await _row(send, users, questions):>24}" for users in USERS]))


def _event(chat: dict[str, Any], question: str) -> dict[str, Any]:
    """Return what the chat's front end sends; a state is the server's own and goes as null."""
    data = [question, *([None] * (len(chat["inputs"]) - 1))]
    return {"data": data, "fn_index": chat["id"], "session_hash": secrets.token_hex(5)}


async def _row(send: Any, users: int, questions: list[str]) -> str:
    taken: list[float] = []
    asked = itertools.cycle(questions)

    async def user(count: int) -> None:
        for _ in range(count):
            started = time.perf_counter()
            response = await send(next(asked))
            taken.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200, response.text[:300]

    await asyncio.gather(*(user(max(1, _EACH // users)) for _ in range(users)))
    return f"{median(taken):.1f} / {quantiles(taken, n=20)[18]:.1f}"


async def _until_healthy(client: Any) -> None:
    import httpx

    for _ in range(600):
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
