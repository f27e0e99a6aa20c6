"""BM25 on tantivy, over folded Vietnamese syllables and adjacent pairs.

Fields, all made of keys (never of a passage's own text):
  body      folded syllables of headline and passage: together they measured .06 nDCG better
            than in fields of their own, whose lengths and frequencies mislead BM25
  pairs     adjacent pairs of them: stands in for a word segmenter, and measured better than one
  heading   folded syllables and pairs of headline and lead, counted a little once more
  accented  the body's syllables with their marks: an accented question knows more
  numbers   document numbers in headline and passage, in every form that they are asked for
  published the day of publication as YYYYMMDD, 0 where it is not known
  publisher, section   as the document has them, to filter by
BM25 is tantivy's: k1 = 1.2, b = 0.75; a passage's score is the weighted sum over fields.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .document_numbers import number_keys
from .errors import explained
from .records import Document, Passage
from .vietnamese import accented_syllables, pairs, syllables

_MAX_TERMS = 64  # a longer question is cut: past this, more terms only cost time
_WRITER_HEAP = 128_000_000


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How much each field's BM25 counts. Tuned on the development sets."""

    body: float = 1.0
    pairs: float = 0.5
    heading: float = 0.1
    accented: float = 0.8


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage_id", stored=False, indexed=True, fast=True)
    builder.add_text_field("doc_id", stored=False, tokenizer_name="raw", index_option="basic")
    for name in ("body", "pairs", "heading", "accented"):
        builder.add_text_field(name, stored=False, tokenizer_name="keys", index_option="freq")
    builder.add_text_field("numbers", stored=False, tokenizer_name="keys", index_option="basic")
    builder.add_integer_field("published", stored=False, indexed=True, fast=True)
    for name in ("publisher", "section"):
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _open(path: Path, *, create: bool = False) -> Any:
    import tantivy

    index = tantivy.Index(_schema(), path=str(path), reuse=False) if create else tantivy.Index.open(str(path))
    index.register_tokenizer("keys", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


class LexicalWriter:
    """Adds and deletes passages in a tantivy folder; nothing counts until `commit`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path):
            fresh = not (path / "meta.json").exists()
            path.mkdir(parents=True, exist_ok=True)
            self._index = _open(path, create=fresh)
            # One thread: segments then follow the order of writing, so equal scores rank the same everywhere.
            self._writer = self._index.writer(heap_size=_WRITER_HEAP, num_threads=1)

    def add(self, passage: Passage, head: Document) -> None:
        """Add one passage with its context: the headline, lead and the like of its document."""
        import tantivy

        context = _context(passage, head)
        body = syllables(context)
        document = tantivy.Document()
        document.add_integer("passage_id", passage.passage_id)
        document.add_text("doc_id", passage.doc_id)
        document.add_text("body", " ".join(body))
        document.add_text("pairs", " ".join(pairs(body)))
        above = syllables(f"{head.title}\n{head.lead}")
        document.add_text("heading", " ".join([*above, *pairs(above)]))
        document.add_text("accented", " ".join(accented_syllables(context)))
        document.add_text("numbers", " ".join(number_keys(context)))
        document.add_integer("published", int(f"{head.published:%Y%m%d}") if head.published else 0)
        document.add_text("publisher", head.publisher)
        document.add_text("section", head.section)
        with explained(self._path):
            self._writer.add_document(document)

    def remove(self, doc_ids: Iterable[str]) -> None:
        """Delete every passage of these documents."""
        with explained(self._path):
            for doc_id in doc_ids:
                self._writer.delete_documents_by_term("doc_id", doc_id)

    def commit(self) -> None:
        """Make all of it durable and close the writer."""
        with explained(self._path):
            self._writer.commit()
            self._writer.wait_merging_threads()


class LexicalIndex:
    """BM25 search over a tantivy folder that no longer changes. Nothing is written there, not even a lock."""

    def __init__(self, path: Path) -> None:
        with explained(path):
            self._folder = _links_to(path)
            self._index = _open(Path(self._folder.name) if self._folder else path)
            self._schema = _schema()
            self._searcher = self._index.searcher()
        self._hidden = 0
        self._hidden_in: dict[str, Counter[str]] = {"body": Counter(), "pairs": Counter()}

    def without(self, hidden: Sequence[tuple[Passage, Document]]) -> LexicalIndex:
        """Return the same index as if it did not know these passages' words. (`search` finds the passages none the less.)"""
        other = copy.copy(self)
        other._hidden = len(hidden)
        other._hidden_in = {"body": Counter(), "pairs": Counter()}
        for passage, head in hidden:
            body = syllables(_context(passage, head))
            other._hidden_in["body"].update(set(body))
            other._hidden_in["pairs"].update(set(pairs(body)))
        return other

    @property
    def count(self) -> int:
        """How many passages are held."""
        return int(self._searcher.num_docs) - self._hidden

    def search(
        self,
        question: str,
        top_k: int,
        weights: FieldWeights | None = None,
        *,
        number: str = "",
        days: tuple[date | None, date | None] | None = None,
        publisher: str = "",
        section: str = "",
    ) -> list[tuple[int, float]]:
        """Return up to top_k (passage_id, BM25 score > 0), best first.

        number: only passages that hold this document number (a key of `document_numbers`).
        days: only passages published from the first to the second day, both included; None is open.
        publisher, section: only passages of documents that have just these.
        """
        import tantivy

        should = tantivy.Occur.Should
        clauses = [
            (should, tantivy.Query.boost_query(self._term(field, term), weight))
            for field, term, weight in _terms(question, weights or FieldWeights())
        ]
        if not clauses:
            return []
        query = tantivy.Query.boolean_query(clauses)
        exact = {"numbers": number, "publisher": publisher, "section": section}
        filters = [
            tantivy.Query.term_query(self._schema, field, value, index_option="basic")
            for field, value in exact.items()
            if value
        ]
        if days:
            first, last = days
            lower, upper = int(f"{first:%Y%m%d}") if first else 1, int(f"{last:%Y%m%d}") if last else 99991231
            filters.append(tantivy.Query.range_query(self._schema, "published", tantivy.FieldType.Integer, lower, upper))
        if filters:
            must = tantivy.Occur.Must
            unscored = [(must, tantivy.Query.const_score_query(one, 0.0)) for one in filters]
            query = tantivy.Query.boolean_query([(must, query), *unscored])
        hits = self._searcher.search(query, limit=top_k, count=False).hits
        if not hits:
            return []
        ids = self._searcher.fast_field_values("passage_id", [address for _, address in hits])
        return [(int(i), float(score)) for i, (score, _) in zip(ids, hits, strict=True)]

    def frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        """Return in how many passages each folded term stands ("body" or "pairs")."""
        hidden = self._hidden_in[field]
        return [int(self._searcher.doc_freq(field, term)) - hidden[term] for term in terms]

    def _term(self, field: str, term: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, term, index_option="freq")


def _context(passage: Passage, head: Document) -> str:
    return f"{head.title}\n{passage.text}"


def _links_to(path: Path) -> TemporaryDirectory[str] | None:
    """Return a folder of links to the index's files, None where there is no room for one.

    tantivy makes a lock file where it opens an index, also to read it; a published generation may lie where nobody may write.
    """
    try:
        folder = TemporaryDirectory(prefix="hoitin-", ignore_cleanup_errors=True)
        for file in path.iterdir():
            Path(folder.name, file.name).symlink_to(file.resolve())
        return folder
    except FileNotFoundError:
        if not path.is_dir():
            raise
        return None  # no temporary folder at all
    except OSError:
        return None


def _terms(question: str, weights: FieldWeights) -> Iterator[tuple[str, str, float]]:
    """Yield (field, term, weight) for every term by which a question searches."""
    tokens = syllables(question)[:_MAX_TERMS]
    neighbours = pairs(tokens)
    accented = accented_syllables(question)[:_MAX_TERMS]
    if accented == tokens:  # a question without marks says nothing about them
        accented = []
    fields = {"body": tokens, "pairs": neighbours, "heading": [*tokens, *neighbours], "accented": accented}
    for field, terms in fields.items():
        weight: float = getattr(weights, field)
        if weight > 0:
            for term in terms:
                yield field, term, weight
