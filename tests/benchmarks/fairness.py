"""One asker takes all it can get; how do the others fare? `python -m tests.benchmarks.fairness [DATA]`.

Serves an index by `hoitin serve`. 127.0.0.3 asks one question after the other, before each row alone, and then beside
127.0.0.2, which holds many connections: exports of 30 long questions, a text of 8 MB, a Markdown page that is all marks,
questions of 999 letters that become 18,000. Prints how many questions of 127.0.0.3 were answered, their p50 and p95, and
how many times the quiet p50 that is; beside them the server's peak of memory, and what 127.0.0.2 got.

Without DATA it makes a data folder of its own: the sample news, 1,500 made-up articles and the two long texts. DATA has to
hold these too, from an earlier run with --keep. Linux only: it needs all of 127.0.0.0/8.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

_OTHERS, _ONE = "127.0.0.3", "127.0.0.2"
_ARTICLES = 1_500
_PAUSE = 0.2  # seconds between two questions of the others
_LONGEST = 60.0  # seconds that anybody waits for an answer
_SAMPLES = Path(__file__).parent.parent.parent / "docs_store" / "samples" / "articles"
_HOITIN = [sys.executable, "-m", "webui.cli"]
_NEWS = (
    "hồ sơ dịch vụ công trực tuyến cán bộ tiếp nhận xử lý kết quả tỉnh thành phố khoa học công nghệ đổi mới sáng tạo "
    "chuyển đổi số doanh nghiệp người dân hội nghị thứ trưởng phát biểu kế hoạch triển khai nghị quyết chương trình "
    "quốc gia phát triển nguồn lực"
)


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--keep", type=Path, help="make the data folder here, for the next run")
    parser.add_argument("--seconds", type=float, default=20, help="of each row")
    parser.add_argument("--rate", type=int, default=300, help="HOITIN_RATE; a high one shows what the line does by itself")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or _make_data(options.keep or Path(temporary, "data"), Path(temporary, "news"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [*_HOITIN, "serve", "--data", str(data), "--port", str(port)]
        server = subprocess.Popen(command, env=os.environ | {"HOITIN_RATE": str(options.rate)}, stdout=subprocess.DEVNULL)
        try:
            _until_healthy(port)
            asyncio.run(_measure(port, server.pid, data, options.seconds))
        finally:
            server.kill()
            server.wait(20)


def _make_data(data: Path, news: Path) -> Path:
    news.mkdir(parents=True)
    chance = random.Random(9)
    words = _NEWS.split()
    for number in range(_ARTICLES):
        paragraphs = [" ".join(chance.choices(words, k=90)).capitalize() + "." for _ in range(9)]
        text = f"# Hồ sơ mã HS{number:05d}X\n\nHồ sơ mã HS{number:05d}X do phòng số {number} tiếp nhận.\n\n" + "\n\n".join(
            paragraphs
        )
        (news / f"{number}.md").write_text(text, encoding="utf-8")
    lines = [" ".join(chance.choices(words, k=40)) for _ in range(1_000)]
    long = "\n".join(chance.choice(lines) for _ in range(60_000)).encode()[:8_000_000]
    (news / "rat-dai.txt").write_bytes(long[: long.rindex(b"\n")])
    (news / "day-dau.md").write_text("# Đầy dấu\n\n" + "- **Tên:** Lan B\n" * 11_500, encoding="utf-8")
    subprocess.run([*_HOITIN, "index", str(_SAMPLES), str(news), "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
    return data


def _until_healthy(port: int) -> None:
    for _ in range(600):
        try:
            if urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


async def _measure(port: int, pid: int, data: Path, seconds: float) -> None:
    from docs_store import Generations

    named = {Path(source).name: doc_id for doc_id, source in Generations(data).open_current().passages.sources().items()}
    noise = "zqxjkw hocj ddieenj thutuong ngihep qwrtp sdfgh " * 30
    turns = [{"question": noise[place : place + 990], "alone": True} for place in range(30)]
    rows: list[tuple[str, int, Callable[[], tuple[str, Any]]]] = [
        ("16 exports of 30 long questions", 16, lambda: ("/api/export", {"format": "markdown", "turns": turns})),
        ("40 readers of a text of 8 MB", 40, lambda: (f"/source/{quote(named['rat-dai.txt'])}", None)),
        ("10 readers of a page full of marks", 10, lambda: (f"/source/{quote(named['day-dau.md'])}", None)),
        ("16 asking 999 × U+FDFA", 16, lambda: ("/api/ask", {"question": "\ufdfa" * 999})),
    ]
    print(f"{'':36}{'quiet p50, p95 ms':>19}{'answered':>10}{'p50, p95 ms':>15}{'× quiet':>9}{'MB':>7}  the one got")
    for name, connections, request in rows:
        quiet, _ = await _ask(port, time.monotonic() + seconds / 2)  # just before: a machine's own load comes and goes
        until = time.monotonic() + seconds
        got: Counter[str] = Counter()
        ones = [asyncio.create_task(_take_all(port, request, until, got)) for _ in range(connections)]
        taken, asked = await _ask(port, until)
        for one in ones:
            one.cancel()
        await asyncio.gather(*ones, return_exceptions=True)
        times = f"{median(taken) / median(quiet):>9.1f}" if taken else f"{'∞':>9}"
        answered = f"{len(taken)}/{asked}"
        print(f"{name:36}{_both(quiet):>19}{answered:>10}{_both(taken):>15}{times}{_peak(pid):>7.0f}  {dict(got)}", flush=True)
        await asyncio.sleep(10)  # what the one still waits for is done, and nobody's concern


def _both(seconds: list[float]) -> str:
    """Return the median and the 95th percentile in milliseconds."""
    if len(seconds) < 2:
        return "".join(f"{one * 1000:.0f}" for one in seconds) or "-"
    return f"{median(seconds) * 1000:.0f}, {quantiles(seconds, n=20)[18] * 1000:.0f}"


async def _ask(port: int, until: float) -> tuple[list[float], int]:
    """Return how many seconds each answered question took, and how many were asked."""
    chance = random.Random(1)
    taken: list[float] = []
    asked = 0
    while time.monotonic() < until:
        question = {"question": f"Hồ sơ mã HS{chance.randrange(_ARTICLES):05d}X do ai tiếp nhận?"}
        started = time.monotonic()
        asked += 1
        if await _send(port, _OTHERS, "/api/ask", question) == "200":
            taken.append(time.monotonic() - started)
        await asyncio.sleep(_PAUSE)
    return taken, asked


async def _take_all(port: int, request: Callable[[], tuple[str, Any]], until: float, got: Counter[str]) -> None:
    while time.monotonic() < until:
        status = await _send(port, _ONE, *request())
        got[status] += 1
        if status != "200":
            await asyncio.sleep(1)


async def _send(port: int, address: str, path: str, content: Any) -> str:
    """Return the status of the response once all of it is read, or what went wrong."""
    try:
        async with asyncio.timeout(_LONGEST):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            try:
                body = json.dumps(content).encode() if content is not None else b""
                head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
                head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                status = (await reader.readline()).decode().split()[1]
                while await reader.read(1 << 16):
                    pass
                return status
            finally:
                writer.close()
    except (OSError, TimeoutError, IndexError) as error:
        return type(error).__name__


def _peak(pid: int) -> float:
    """Return the most memory that a process has held so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
