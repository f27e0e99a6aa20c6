"""Findings: what a question finds before anyone decides whether it is an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from docs_store import Document, Embedder, Generation
from docs_store.document_numbers import number_keys
from docs_store.vietnamese import syllables

from .answer import Hit
from .confidence import LACKING, Background, Calibration, capped, features
from .duplicates import Story, collapse
from .evidence import Evidence, find_evidence
from .intent import Intent
from .lacking import lacking
from .query import joined_figures
from .reading import Reader, Reading
from .search import SearchSettings, distinct_first, search

CONSIDERED = 30  # hits whose text is looked at
_JUDGED = 3  # stories of which one has to be good enough
_HOLDS_NUMBER = 0.95  # the very document asked for is an answer, whatever else the question says of it
_TIE = 2  # decimals of the score to which two passages are equally good, and the newer comes first


@dataclass(frozen=True, slots=True)
class FindSettings:
    """How what was found is put in order.

    other_figures, other_names: factors on the score of a passage that lacks a year or figure of the question, or all of its
    names. reader: reads the first `readings` stories, for the mark and the confidence, which without one do without. It moves
    no story: on the development sets that gained nothing.
    """

    other_figures: float = 0.8
    other_names: float = 0.9
    reader: Reader | None = None
    readings: int = _JUDGED
    search: SearchSettings = field(default_factory=SearchSettings)


@dataclass(frozen=True, slots=True)
class Findings:
    """The stories that a question finds, best first, with all that is needed to judge them."""

    intent: Intent
    stories: tuple[Story, ...]
    evidences: tuple[Evidence, ...]  # one for each way to ask
    background: Background
    readings: Mapping[int, Reading]  # by passage id, of the first stories; none without a reader
    _heads: Mapping[str, Document]
    _judged: dict[int, tuple[float, ...] | None] = field(default_factory=dict, compare=False)  # by passage id, looked at once

    def head(self, story: Story) -> Document:
        """Return the document of a story, without its pages."""
        return self._heads[story.hit.passage.doc_id]

    def distinct(self, limit: int) -> list[Story]:
        """Return up to `limit` stories, those of distinct documents first."""
        by_passage = {story.hit.passage.passage_id: story for story in self.stories}
        return [by_passage[hit.passage.passage_id] for hit in distinct_first([one.hit for one in self.stories], limit)]

    def judged(self) -> list[Story]:
        """Return the first stories: one of them has to be good enough."""
        return self.distinct(_JUDGED)

    def story_features(self, story: Story) -> tuple[float, ...] | None:
        """Return what the confidence in a story depends on; None if it lacks what the question names."""
        passage_id, head = story.hit.passage.passage_id, self.head(story)
        if passage_id not in self._judged:
            holds = not self.intent.small_talk and _holds_what_is_named(self.intent, story.hit, head)
            self._judged[passage_id] = self._features(story) if holds else None
        return self._judged[passage_id]

    def _features(self, story: Story) -> tuple[float, ...]:
        reading = self.readings.get(story.hit.passage.passage_id)
        return features(self.evidences, story.hit, self.head(story), self.background, reading)

    def likelihood(self, story: Story, calibration: Calibration) -> float:
        """Return how likely, 0 to 1, a story answers, or at least speaks of the matter: whether there is an answer."""
        seen = self.story_features(story)
        if seen is None:
            return 0.0
        likely = calibration.confidence(seen)
        return max(likely, _HOLDS_NUMBER) if self.intent.number else likely

    def story_confidence(self, story: Story, calibration: Calibration) -> float:
        """Return how likely, 0 to 1, a story answers: little where it lacks what the question names."""
        likely = self.likelihood(story, calibration)
        return capped(likely, lacking=likely > LACKING and bool(self.lacks(story)))

    def lacks(self, story: Story) -> tuple[str, ...]:
        """Return the names and numbers of the question that a story does not have."""
        return lacking(self.intent, story.hit.passage.text, self.head(story))

    def confidence(self, calibration: Calibration) -> float:
        """Return how likely, 0 to 1, one of the first stories is an answer."""
        return max((self.likelihood(story, calibration) for story in self.judged()), default=0.0)


def find(generation: Generation, embedder: Embedder, intent: Intent, settings: FindSettings) -> Findings:
    """Return what the question finds in this generation."""
    searched = search(generation, embedder, intent, CONSIDERED, settings.search)
    hits = searched.hits
    heads = generation.passages.heads(hit.passage.doc_id for hit in hits)
    background = Background.of(hits, generation.manifest.passages)
    hits = [replace(hit, score=hit.score * _share(intent, hit, heads[hit.passage.doc_id], settings)) for hit in hits]
    evidences = tuple(find_evidence(generation, way.question) for way in intent.ways)
    stories = collapse(_in_order(hits, heads), heads)
    readings = _read(settings, intent, searched.meant, stories, heads)
    return Findings(intent, tuple(stories), evidences, background, readings, heads)


def _read(
    settings: FindSettings, intent: Intent, question: str, stories: Sequence[Story], heads: Mapping[str, Document]
) -> dict[int, Reading]:
    """Return what the reader finds in the first stories, by passage id."""
    if settings.reader is None or intent.small_talk:  # which has no answer, whatever is read
        return {}
    first = [hit.passage for hit in distinct_first([story.hit for story in stories], settings.readings)]
    texts = [(heads[passage.doc_id].title, passage.text) for passage in first]
    found = settings.reader.read(question, texts)
    return {passage.passage_id: reading for passage, reading in zip(first, found, strict=True)}


def _share(intent: Intent, hit: Hit, head: Document, settings: FindSettings) -> float:
    """Return what is left of the score of a passage that speaks of other figures or of other names than the question."""
    figures = 1.0 if _meets_figures(intent, hit, head) else settings.other_figures
    return figures * (settings.other_names if intent.question.names and not hit.named else 1.0)


def _in_order(hits: Sequence[Hit], heads: Mapping[str, Document]) -> list[Hit]:
    """Return the hits best first, the newer first of those that are equally good."""

    def key(hit: Hit) -> tuple[float, int, float]:
        day = heads[hit.passage.doc_id].published
        return -round(hit.score, _TIE), -(day.toordinal() if day else 0), -hit.score

    return sorted(hits, key=key)


def _holds_what_is_named(intent: Intent, hit: Hit, head: Document) -> bool:
    """Tell whether a passage has the document number, or else the years, figures and codes, that the question names."""
    if intent.number:
        return intent.number in number_keys(f"{head.title}\n{hit.passage.text}")
    text = f" {' '.join(syllables(f'{head.title} | {head.lead} | {hit.passage.text}'))} "
    holds_codes = any(all(f" {code} " in text for code in way.question.codes) for way in intent.ways)
    return holds_codes and _meets_figures(intent, hit, head)


def _meets_figures(intent: Intent, hit: Hit, head: Document) -> bool:
    text = joined_figures(f"{head.title}\n{head.lead}\n{hit.passage.text}\n{head.published or ''}")
    return all(figure in text for figure in intent.question.figures)
