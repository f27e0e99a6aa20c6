"""Ask the news in a reader's own words: `python -m tests.benchmarks.own_words NEWS [--split dev] [--data FOLDER] [--list]`.

NEWS: JSONL (.gz, .xz) of {_id, title, lead, body}; its first 4,000 articles are those that own_words.tsv asks about. The index
is made with the model that HOITIN_MODEL names and kept in FOLDER, so that a second run begins at once.

Prints, by kind, how many questions get an answer, have a right article first and among the five, and an answer in the first
mark and in any; then how much small talk, strangers and near misses of these questions get one, and how good it is called.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import lzma
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import retriever
from retriever import Answer, Assistant, Citation
from retriever.evaluate import QuestionSet, document_names
from retriever.near_misses import headline_question, near_misses
from webui.assembly import complete_index, make_assistant, run_index
from webui.cards import match_level
from webui.settings import Settings, read_settings

OWN_WORDS = Path(__file__).parent / "own_words.tsv"
SMALL_TALK = Path(retriever.__file__).parent / "small_talk_examples.tsv"
AFTER_THE_NEWS = date(2020, 1, 1)
HEADLINES = 100  # near misses of headlines, beside those of the questions


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question of a reader. articles: by their line in the news, all that answer; answers: a right mark holds one of them."""

    question_id: str
    kind: str
    split: str
    text: str
    articles: tuple[int, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of small talk, or a stranger: a question in the manner of the others that this news cannot answer."""

    kind: str
    split: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of the answer to a question."""

    question: OwnQuestion
    answer: Answer
    first: bool
    in_five: bool
    first_mark: bool
    any_mark: bool

    @property
    def measures(self) -> tuple[bool, ...]:
        return self.answer.found, self.first, self.in_five, self.first_mark, self.any_mark


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--split", choices=("dev", "held", "all"), default="all")
    parser.add_argument("--data", type=Path, help="where the index is kept")
    parser.add_argument(
        "--beir", type=Path, help="write news, questions and judgements there, for `hoitin eval`, and ask nothing"
    )
    parser.add_argument("--list", action="store_true", help="also print every question that went wrong")
    options = parser.parse_args()
    news = read_news(options.news, options.articles)
    questions = read_own_words([str(article["title"]) for article in news])
    if options.beir:
        write_beir(news, [one for one in questions if options.split in (one.split, "all")], options.beir)
    elif not options.data:
        with tempfile.TemporaryDirectory() as scratch:
            run(news, questions, Path(scratch), options.split, listing=options.list)
    else:
        run(news, questions, options.data, options.split, listing=options.list)


def run(news: Sequence[dict[str, Any]], questions: Sequence[OwnQuestion], folder: Path, split: str, *, listing: bool) -> None:
    """Index the news in a folder, ask everything of a split and print what is seen."""
    settings = indexed(news, folder)
    assistant = make_assistant(settings)
    names = document_names(assistant.generation())
    lines = {str(article["_id"]): number for number, article in enumerate(news)}
    articles = {doc_id: lines[name] for doc_id, name in names.items()}
    asked = [one for one in questions if split in (one.split, "all")]
    talk = [one for one in read_small_talk() if split in (one.split, "all")]
    ask(assistant, asked[0].text)  # so that everything is loaded
    seen, milliseconds = [], []
    for question in asked:
        started = time.perf_counter()
        seen.append(look(assistant, question, articles))
        milliseconds.append((time.perf_counter() - started) * 1000)

    print(f"model {settings.model}, {len(articles)} articles, split {split}")
    print(f"{'':14}{'asked':>7}{'answered':>10}{'right first':>13}{'in five':>9}{'first mark':>12}{'any mark':>10}")
    for kind in dict.fromkeys(one.kind for one in asked):
        print_row(kind, [one for one in seen if one.question.kind == kind])
    print_row("all", seen)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"a question p50 {median(milliseconds):.0f} ms, p95 {quantiles(milliseconds, n=20)[18]:.0f} ms; {memory:.0f} MB\n")
    for name, texts in {
        "small talk": [one.text for one in talk if one.kind != "stranger"],
        "strangers": [one.text for one in talk if one.kind == "stranger"],
        "near misses": missed(asked, news),
        "of headlines": missed_headlines(news, split),
    }.items():
        print_answered(name, [ask(assistant, text) for text in texts], listing=listing)
    if listing:
        print_failures(seen)


def read_news(path: Path, count: int) -> list[dict[str, Any]]:
    """Return the first articles of a file, in its order."""
    opened = {".xz": lzma.open, ".gz": gzip.open}.get(path.suffix, open)
    with opened(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in islice(stream, count)]


def read_own_words(titles: Sequence[str]) -> list[OwnQuestion]:
    """Return the questions that articles of these titles answer. Raises ValueError if it is other news that was asked about."""
    found = []
    for row in _rows(OWN_WORDS):
        articles = dict(article.split(":") for article in row["article"].split(" | "))
        numbers = tuple(map(int, articles))
        if max(numbers) < len(titles):
            if any(title_hash(titles[int(number)]) != known for number, known in articles.items()):
                raise ValueError(f"{row['id']}: article {row['article']} is another one in this news")
            answers = tuple(row["answer"].split(" | "))
            found.append(OwnQuestion(row["id"], row["kind"], row["split"], row["question"], numbers, answers))
    return found


def read_small_talk() -> list[Line]:
    """Return the small talk and the strangers."""
    return [Line(row["kind"], row["split"], row["text"]) for row in _rows(SMALL_TALK)]


def title_hash(title: str) -> str:
    """Return what own_words.tsv recognises an article by."""
    return hashlib.sha1(title.encode()).hexdigest()[:12]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def indexed(news: Sequence[dict[str, Any]], folder: Path) -> Settings:
    """Return the settings of the environment over an index of these articles in a folder, made where it is not there yet."""
    model = read_settings().model
    home = folder / f"{len(news)}-{''.join(char if char.isalnum() else '-' for char in model)}"
    settings = read_settings(data=home / "data")
    if not settings.data.exists():
        file = home / "news.jsonl"
        home.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(article, ensure_ascii=False) + "\n" for article in news), encoding="utf-8")
        run_index(settings, [file], rebuild=False, allow_many_removals=False, progress=lambda *_: None)
    complete_index(settings, lambda *_: None)  # what answers until then is the static model
    return settings


def write_beir(news: Sequence[dict[str, Any]], questions: Sequence[OwnQuestion], folder: Path) -> None:
    """Write a BEIR folder of the news and the questions."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = [{"_id": str(n), "title": one["title"], "text": f"{one['lead']}\n\n{one['body']}"} for n, one in enumerate(news)]
    queries = [{"_id": one.question_id, "text": one.text} for one in questions]
    for name, records in (("corpus", corpus), ("queries", queries)):
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    qrels = "".join(f"{one.question_id}\t{number}\t1\n" for one in questions for number in one.articles)
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + qrels, encoding="utf-8")


def ask(assistant: Assistant, text: str) -> Answer:
    """Return the answer as a reader of the chat would see it on a day after the news."""
    return assistant.ask(text, today=AFTER_THE_NEWS)


def look(assistant: Assistant, question: OwnQuestion, articles: dict[str, int]) -> Seen:
    """Return what a reader sees who asks a question. articles: doc_id -> line in the news."""
    answer = ask(assistant, question.text)
    right = [_printed_in(citation, articles) & set(question.articles) != set() for citation in answer.citations]
    marks = [any(said in citation.quote for said in question.answers) for citation in answer.citations]
    # A mark in an article that does not answer holds the words by chance.
    good = [one and said for one, said in zip(right, marks, strict=True)]
    return Seen(question, answer, any(right[:1]), any(right), any(good[:1]), any(good))


def _printed_in(citation: Citation, articles: dict[str, int]) -> set[int]:
    return {articles[doc_id] for doc_id in (citation.doc_id, *(copy.doc_id for copy in citation.copies))}


def missed(questions: Iterable[OwnQuestion], news: Sequence[dict[str, Any]]) -> list[str]:
    """Return near misses of the questions, as many as there are questions or fewer."""
    asked = list(questions)
    own = QuestionSet(
        "own-words",
        {one.question_id: one.text for one in asked},
        {one.question_id: {str(number): 1 for number in one.articles} for one in asked},
    )
    return [one.question for one in near_misses(own, _texts(news), len(asked))]


def missed_headlines(news: Sequence[dict[str, Any]], split: str) -> list[str]:
    """Return near misses of headlines, asked about as people ask; of every other article for "dev", of the rest for "held"."""
    halves = {"dev": (0,), "held": (1,), "all": (0, 1)}[split]
    titles = {str(number): str(one["title"]) for number, one in enumerate(news) if number % 2 in halves}
    asked = {number: question for number, title in titles.items() if (question := headline_question(title))}
    headlines = QuestionSet("headlines", asked, {number: {number: 1} for number in asked})
    return [one.question for one in near_misses(headlines, _texts(news), HEADLINES)]


def _texts(news: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {str(number): f"{one['title']}\n{one.get('lead') or ''}\n{one['body']}" for number, one in enumerate(news)}


def print_row(kind: str, seen: Sequence[Seen]) -> None:
    counts = [sum(column) for column in zip(*(one.measures for one in seen), strict=True)] or [0] * 5
    print(
        f"{kind:14}{len(seen):7}"
        + "".join(f"{count:{width}}" for count, width in zip(counts, (10, 13, 9, 12, 10), strict=True))
    )


def print_answered(name: str, answers: Sequence[Answer], *, listing: bool) -> None:
    found = [answer for answer in answers if answer.found]
    levels = [match_level(answer.citations[0]) for answer in found]
    print(
        f"{name:14}{len(answers):7}{len(found):10} answered, {levels.count('very')} of them “rất khớp”,"
        f" {levels.count('good')} “khớp”, {levels.count('maybe')} “có thể liên quan”"
    )
    for answer, level in zip(found, levels, strict=True) if listing else ():
        print(f"    {level:6}{answer.question} / {answer.citations[0].title}")


def print_failures(seen: Sequence[Seen]) -> None:
    for one in seen:
        if not one.first_mark:
            shown = one.answer.citations[:1] or one.answer.nearest[:1]
            what = "right article" if one.first else "wrong article" if one.answer.found else "no answer"
            print(f"\n{one.question.question_id} {one.question.kind}, {what}: {one.question.text}")
            for citation in shown:
                print(f"    title   {citation.title}\n    mark    {citation.quote}")
            print(f"    answer  {' | '.join(one.question.answers)}")


if __name__ == "__main__":
    main()
