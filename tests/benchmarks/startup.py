"""How long `hoitin serve` takes until it answers, and from SIGTERM until it ended: `python -m tests.benchmarks.startup DATA`.

Beside it the import of Gradio alone, as Gradio comes and without its writing of type stubs (webui/quick_gradio.py).
Seconds of wall time, and of the processor's, which other work on the machine changes less; the median of several runs.
When it ends, three chat tabs' heartbeats and half a body are open.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.live import ROOT, served

_IMPORTS = {
    "import gradio": "import gradio",
    "import gradio, no stubs": "from webui.quick_gradio import prepare; prepare(); import gradio",
    "import webui.server": "import webui.server",
}
_HEARTBEAT = b"GET /chat/gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n"
_HALF = b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, code in _IMPORTS.items():
        wall, worked = zip(*(_imported(code) for _ in range(options.runs)), strict=True)
        print(f"{name:26}{median(wall):6.2f} s   processor {median(worked):.2f} s")
    began = _worked()
    started, ended = zip(*(_served(options.data.absolute()) for _ in range(options.runs)), strict=True)
    print(f"{'serve, until it answers':26}{median(started):6.2f} s   slowest {max(started):.2f}")
    print(f"{'SIGTERM, until it ended':26}{median(ended):6.2f} s   slowest {max(ended):.2f}")
    print(f"{'from start to end':26}           processor {(_worked() - began) / options.runs:.2f} s")


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _imported(code: str) -> tuple[float, float]:
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": str(ROOT)}
    began, worked = time.perf_counter(), _worked()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - began, _worked() - worked


def _served(data: Path) -> tuple[float, float]:
    began = time.perf_counter()
    with served(data) as server, ExitStack() as open_connections:
        connection = open_connections.enter_context(server.connect(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        assert connection.recv(20).startswith(b"HTTP/1.1 200")
        started = time.perf_counter() - began
        for sent in (_HEARTBEAT, _HEARTBEAT, _HEARTBEAT, _HALF):
            open_connections.enter_context(server.connect(sent))
        began = time.perf_counter()
        assert server.end() == 0
        return started, time.perf_counter() - began


if __name__ == "__main__":
    main()
