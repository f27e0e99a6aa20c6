"""From Enter to the first card, as a reader waits for it: `python -m tests.benchmarks.first_card DATA`.

Serves the index in DATA, asks 30 headlines of it in the chat in Chromium, and prints milliseconds from the key to
the frame in which the answer is drawn, and from opening the page until the box is ready.
"""

from __future__ import annotations

import argparse
import shutil
import time
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from tests.live import serving
from webui.assembly import make_assistant
from webui.server import make_app
from webui.settings import read_settings

_QUESTIONS = 30
_ASK = """
async (question) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const box = document.querySelector(".hoitin-box textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await frame();
  const before = document.querySelectorAll(".hoitin-answer").length;
  const start = performance.now();
  for (const kind of ["keypress", "keydown"]) {
    box.dispatchEvent(new KeyboardEvent(kind, { key: "Enter", bubbles: true, cancelable: true }));
  }
  while (document.querySelectorAll(".hoitin-answer").length <= before) {
    await frame();
    if (performance.now() - start > 20000) throw new Error("no answer");
  }
  await frame();
  return performance.now() - start;
}
"""


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    settings = read_settings(data=options.data, rate=0)
    assistant = make_assistant(settings)
    assistant.load_model()
    generation = assistant.generation()
    step = max(1, generation.manifest.documents // _QUESTIONS)
    headlines = [one.title[:200] for one in islice(generation.passages.all_documents(), 0, None, step)][:_QUESTIONS]
    with serving(make_app(assistant, settings)) as port, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        opened, waited = [], []
        for number, headline in enumerate(headlines):
            if number % 10 == 0:
                started = time.perf_counter()
                page.goto(f"http://127.0.0.1:{port}/chat/")
                page.locator(".hoitin-box textarea").wait_for()
                opened.append((time.perf_counter() - started) * 1000)
                page.locator(".hoitin-filters").wait_for()
            waited.append(page.evaluate(_ASK, headline))
        chromium.close()
    print(f"passages            {generation.manifest.passages}")
    print(f"Enter to first card p50 {median(waited):.0f} ms, p95 {quantiles(waited, n=20)[18]:.0f} ms, {len(waited)} questions")
    print(f"page opened to box  {median(opened):.0f} ms, first {opened[0]:.0f} ms")


if __name__ == "__main__":
    main()
