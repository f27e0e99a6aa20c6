"""Make a BEIR folder of newspaper headlines: `python -m tests.benchmarks.headlines NEWS FOLDER`.

NEWS: JSONL (.gz, .xz) of {_id, title, lead, body}. The corpus is 8,000 bodies by chance, without their
headlines; the questions are the headlines of 700 of them. Always the same for the same file.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from indexer import loaders

ARTICLES, QUESTIONS, SEED = 8000, 700, 5


def main() -> None:
    """Write corpus.jsonl, queries.jsonl and qrels.tsv."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    articles = list(loaders.read_many(options.news, lambda *_: None))
    random.Random(SEED).shuffle(articles)
    articles = articles[:ARTICLES]
    options.folder.mkdir(parents=True, exist_ok=True)
    # The lead stands on an article's page before its body; only the body is what the headline asks for.
    corpus = [{"_id": one.record_id, "title": "", "text": _body(one)} for one in articles]
    queries = [{"_id": f"q{one.record_id}", "text": one.title} for one in articles[:QUESTIONS]]
    for name, records in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        (options.folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *(f"q{one.record_id}\t{one.record_id}\t1" for one in articles[:QUESTIONS])]
    (options.folder / "qrels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _body(extract: loaders.Extract) -> str:
    page = extract.pages[0]
    return page.removeprefix(f"{extract.lead}\n\n") if extract.lead else page


if __name__ == "__main__":
    main()
