"""What holds for every file, whatever stands in it: text that can be stored and quoted, or one line that says why not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docs_store import Document, LoadError
from docs_store.vietnamese import fold, nfc, paragraphs, syllables
from indexer import chunk
from indexer.chunking import _is_furniture
from indexer.dates import find_date, parse_date
from indexer.guessing import plain
from indexer.loaders import holds_many, read_many
from indexer.metadata import Origin, complete
from indexer.reading import read_file

from .benchmarks.badfiles.good import WRITERS, story
from .benchmarks.badfiles.places import mutate

# The same examples at every run, so that CI does not fail by chance; files are read over and over in one folder.
settings.register_profile("loaders", derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
settings.load_profile("loaders")

SUFFIXES = (".txt", ".md", ".html", ".pdf", ".docx", ".doc", ".odt", ".rtf", ".epub", ".csv", ".zip")
HEADS = {".pdf": b"%PDF-1.7\n", ".docx": b"PK\x03\x04", ".doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".rtf": b"{\\rtf1"}
_PIECES = (
    "Tin", "Bộ Khoa học", "ngày 5/6/2024", "PGS.TS. An", "1/2/2025", "12/2024/TT-BKHCN", "Nguồn: Bộ (MOST)", "Điều 1.", "\n",
    "\n\n", "# ", "**", "---", "---\n", "title: ", ": ", "- ", "<p>", "</p>", "<meta charset=", "<title>", '"',
    "'", "{", "}", "[", "]",
    "\\", "e\u0301\u0323", "\u200b", "\u202e", "\ufeff", "\x00", "\x0c", "\u2028", "\x85", "😀",
    "&#xD800;", "\r", "\t", ".", "?", "…",
    " ", " ",
)  # fmt: skip
# Hypothesis alone seldom writes what a loader has a rule for: texts of its own letters and of these pieces.
texts = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=8)), max_size=40).map("".join)
contents = st.one_of(st.binary(max_size=400), texts.map(lambda text: text.encode("utf-8", "replace")))
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts, st.dates(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def _document_or_reason(read: Callable[[], Document]) -> Document | str:
    try:
        return read()
    except LoadError as error:
        return " ".join(str(error).split())  # as `read_files` puts a parser's words on one line


def _check(read: Callable[[], Document]) -> None:
    """Read one file: a document that can be stored and quoted, or a LoadError of one line."""
    document = _document_or_reason(read)
    if isinstance(document, str):
        assert document.isprintable()
        assert document
        return
    assert document.pages
    for text in (document.title, document.lead, document.author, document.publisher, document.doc_id, *document.pages):
        text.encode()  # SQLite stores UTF-8
    assert document.title.strip()
    assert "\n" not in document.title
    assert not document.url or urlsplit(document.url).scheme in ("http", "https")
    _check_passages(document)


def _check_passages(document: Document) -> None:
    passages = list(chunk(document))
    assert passages
    assert len({passage.passage_id for passage in passages}) == len(passages)
    for passage in passages:
        assert document.pages[passage.page][passage.start : passage.end] == passage.text
        assert passage.text.strip()
        assert 0 < passage.passage_id < 2**63


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_bytes_become_a_document_or_one_line(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tin{suffix}"

    @given(contents)
    @settings(max_examples=40)
    def read(content: bytes) -> None:
        path.write_bytes(HEADS.get(suffix, b"") + content)
        _check(lambda: read_file(path))

    read()


@pytest.mark.parametrize("suffix", [suffix for suffix in WRITERS if suffix != ".jsonl"])
def test_a_damaged_file_becomes_a_document_or_one_line(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tin{suffix}"
    whole = WRITERS[suffix](story(1))

    @given(st.integers(0, 2**32))
    @settings(max_examples=40)
    def read(seed: int) -> None:
        path.write_bytes(mutate(whole, random.Random(seed)))
        _check(lambda: read_file(path))

    read()


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_the_page_of_a_text_is_the_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tin{suffix}"
    suspicious = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")  # a sign of other encodings

    @given(texts.filter(lambda text: not text.startswith("---") and syllables(text[:20_000]) and not suspicious.search(text)))
    @settings(max_examples=100)
    def read(text: str) -> None:
        content = text.encode("utf-8", "replace")
        path.write_bytes(content)
        # Letters and their marks may be composed; nothing else of clean text changes.
        assert nfc("".join(read_file(path).pages)) == nfc(content.decode("utf-8-sig"))

    read()


@given(texts)
@settings(max_examples=200)
def test_any_front_matter_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, head: str) -> None:
    path = tmp_path_factory.getbasetemp() / "front.md"
    path.write_bytes(f"---\n{head}\n---\nTrạm đo gió ở Lào Cai.\n".encode("utf-8", "replace"))
    _check(lambda: read_file(path))


@given(st.dictionaries(st.sampled_from(["title", "author", "date", "url", "lead", "source", "id", "body", "tags"]), values))
@settings(max_examples=200)
def test_front_matter_of_any_values_is_read(tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]) -> None:
    import yaml

    path = tmp_path_factory.getbasetemp() / "values.md"
    head = yaml.safe_dump(record, allow_unicode=True)
    path.write_bytes(f"---\n{head}\n---\nTrạm đo gió ở Lào Cai.\n".encode("utf-8", "replace"))
    _check(lambda: read_file(path))


@given(st.lists(st.one_of(contents.map(lambda line: line.replace(b"\n", b"")), values.map(repr).map(str.encode)), max_size=4))
@settings(max_examples=100)
def test_json_lines_give_articles_or_name_their_bad_lines(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "tin.jsonl"
    path.write_bytes(b"\n".join([*lines, b'{"body": "Tr\\u1ea1m \\ud800 \\u0111o"}']))
    assert holds_many(path)
    bad: list[int] = []
    articles = list(read_many(path, lambda number, reason: bad.append(number)))
    assert len(articles) + len(bad) == 1 + sum(bool(line.strip()) for line in lines)
    for article in articles:
        _check(lambda article=article: complete(article, Origin(path)))


@given(st.lists(texts, min_size=1, max_size=4), texts)
@settings(max_examples=300)
def test_passages_are_slices_of_their_page_in_order_and_miss_no_words(pages: list[str], title: str) -> None:
    document = Document("a", "/a.txt", title, tuple(page.replace("\x00", "") for page in pages), "hash")
    left = [list(page) for page in document.pages]
    last = (0, 0)
    for passage in chunk(document):
        assert document.pages[passage.page][passage.start : passage.end] == passage.text
        assert (passage.page, passage.start) >= last, "passages overlap or go back"
        last = (passage.page, passage.end)
        left[passage.page][passage.start : passage.end] = " " * len(passage.text)
    headline = fold(nfc(plain(title)))
    for page, rest in zip(document.pages, left, strict=True):
        for start, end in paragraphs(page):
            if not _is_furniture(page[start:end], headline):
                assert not syllables("".join(rest[start:end])), "words that no passage holds"


@given(st.one_of(texts, st.text(alphabet="0123456789/.- thángnăm", max_size=40)), values)
@settings(max_examples=300)
def test_dates_are_dates_or_none_never_an_error(text: str, value: Any) -> None:
    find_date(text)
    parse_date(value)
