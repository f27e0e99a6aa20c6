"""Answer or say that there is none: measured on questions the news can and cannot answer, and calibrated by them.

Without an answer are strangers, the questions of other sets, asked of this news; small talk; and near misses, own questions in
which one name, place, day or number is another. A risk-coverage curve tells, for every threshold, which share of the
answerable questions and of the others gets an answer; a reliability curve, how often what is said with some confidence is
right.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .confidence import CLOSE, VERY_CLOSE, Calibration, capped
from .evaluate import QuestionSet, Searcher
from .findings import Findings
from .near_misses import near_misses

STRANGER, SMALL_TALK, NEAR_MISS = "stranger", "small talk", "near miss"
MOST_ANSWERED = 0.06  # of strangers and small talk
# What each kind weighs against the answerable questions when confidence is fitted: about how people ask.
_SHARES = {STRANGER: 0.3, SMALL_TALK: 0.4, NEAR_MISS: 0.05}
# Another first document than the one that is known to answer may answer too.
_WRONG = 0.3
_CURVE_POINTS = 101
_BINS = 10
_SMALL_TALK = Path(__file__).parent / "small_talk_examples.tsv"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one question found. features: of the first stories that hold what the question names, best first.

    right: whether the first of them is a document that answers. lacking: of each story, whether it lacks a name or number of
    the question. kind: of a question without an answer.
    """

    answerable: bool
    right: bool
    features: tuple[tuple[float, ...], ...]
    lacking: tuple[bool, ...] = ()
    kind: str = STRANGER

    def confidence(self, calibration: Calibration) -> float:
        """Return how sure the assistant would be that there is an answer."""
        return max((calibration.confidence(seen) for seen in self.features), default=0.0)

    def first_confidence(self, calibration: Calibration) -> float:
        """Return how sure it would be of the first card."""
        if not self.features:
            return 0.0
        return capped(calibration.confidence(self.features[0]), lacking=any(self.lacking[:1]))


def small_talk(split: str = "dev") -> list[str]:
    """Return greetings, thanks, wishes and the like. split: "dev" to fit by, "held" to measure by."""
    with _SMALL_TALK.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row["text"] for row in rows if row["split"] == split and row["kind"] != STRANGER]


def judge(
    searcher: Searcher, own: QuestionSet, strangers: Sequence[str], sample: int = 500, talk: Sequence[str] = ()
) -> list[Judged]:
    """Return what own questions, strangers, small talk and near misses find, of each up to `sample` by chance."""
    chance = random.Random(own.name)
    names = searcher.names
    judged = []
    for query_id in _some(chance, sorted(own.queries), sample):
        findings = searcher.find(own.queries[query_id])
        stories = findings.judged()
        right = bool(stories) and names[stories[0].hit.passage.doc_id] in own.qrels[query_id]
        judged.append(_judged(findings, answerable=True, right=right))
    texts = {names[one.doc_id]: "\n".join((one.title, *one.pages)) for one in searcher.generation.passages.all_documents()}
    without = {
        STRANGER: _some(chance, sorted(strangers), sample),
        SMALL_TALK: _some(chance, sorted(talk), sample),
        NEAR_MISS: [miss.question for miss in near_misses(own, texts, sample)],
    }
    return judged + [_judged(searcher.find(text), kind=kind) for kind, found in without.items() for text in found]


def calibrate(judged: Sequence[Judged]) -> Calibration:
    """Return the calibration that tells right first stories from what the other questions find.

    Its threshold is the least at which at most MOST_ANSWERED of the strangers and the small talk get an answer.
    Raises ValueError if either kind is missing.
    """
    from sklearn.linear_model import LogisticRegression

    rows = [one for one in judged if one.features]
    strangers = any(one.kind == STRANGER for one in rows if not one.answerable)
    if not strangers or not any(one.right for one in rows):
        raise ValueError("calibration needs questions with an answer and questions without")
    own = sum(one.answerable for one in rows)
    counts = {kind: sum(one.kind == kind for one in rows if not one.answerable) for kind in _SHARES}
    weights = [
        (1.0 if one.right else _WRONG) if one.answerable else _SHARES[one.kind] * max(own, 1) / counts[one.kind] for one in rows
    ]
    model = LogisticRegression(C=10.0, max_iter=5000)
    model.fit(np.array([one.features[0] for one in rows]), np.array([one.right for one in rows]), sample_weight=weights)
    fitted = tuple(round(float(weight), 4) for weight in model.coef_[0])
    free = Calibration(fitted, round(float(model.intercept_[0]), 4), 0.0)
    others = sorted((one.confidence(free) for one in judged if not one.answerable and one.kind != NEAR_MISS), reverse=True)
    allowed = int(len(others) * MOST_ANSWERED)
    threshold = others[allowed] + 1e-4 if allowed < len(others) else 0.0
    return Calibration(fitted, free.bias, round(min(threshold, 1.0), 4))


def abstention_measures(judged: Sequence[Judged], calibration: Calibration) -> dict[str, float]:
    """Return which shares get an answer, and how often what is said of the first card is right.

    very-close-right: of the first cards called a very close match, the share that is a document that answers.
    """
    own = [one for one in judged if one.answerable]
    answered = [one for one in own if one.confidence(calibration) >= calibration.threshold]
    measures: dict[str, float] = {
        "answerable": len(own),
        "answerable-answered": len(answered) / len(own) if own else 0.0,
        "right-first-of-answered": _share([one.right for one in answered]),
    }
    for kind, name in ((STRANGER, "strangers"), (SMALL_TALK, "small-talk"), (NEAR_MISS, "near-misses")):
        sure = [one.confidence(calibration) for one in judged if not one.answerable and one.kind == kind]
        if sure or kind == STRANGER:
            measures[name] = len(sure)
            measures[f"{name}-answered"] = _share([one >= calibration.threshold for one in sure])
        if sure and kind == NEAR_MISS:
            first = [one.first_confidence(calibration) for one in judged if not one.answerable and one.kind == kind]
            measures[f"{name}-close"] = _share([one >= max(CLOSE, calibration.threshold) for one in first])
    very = [one for one in judged if one.first_confidence(calibration) >= VERY_CLOSE]
    return measures | {
        "very-close": len(very),
        "very-close-right": _share([one.right for one in very]),
        "threshold": calibration.threshold,
    }


def risk_coverage(judged: Sequence[Judged], calibration: Calibration) -> list[tuple[float, float, float]]:
    """Return (threshold, share of answerable answered, share of strangers and small talk answered), by rising threshold."""
    own = np.array([one.confidence(calibration) for one in judged if one.answerable])
    others = np.array([one.confidence(calibration) for one in judged if not one.answerable and one.kind != NEAR_MISS])
    return [
        (float(threshold), float(np.mean(own >= threshold)), float(np.mean(others >= threshold)))
        for threshold in np.linspace(0, 1, _CURVE_POINTS)
    ]


def reliability(judged: Sequence[Judged], calibration: Calibration) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share that is right, how many) of the first cards, in tenths of confidence that occur."""
    sure = [(one.first_confidence(calibration), one.right) for one in judged]
    bins = [[pair for pair in sure if min(int(pair[0] * _BINS), _BINS - 1) == n] for n in range(_BINS)]
    return [
        (float(np.mean([one for one, _ in some])), float(np.mean([right for _, right in some])), len(some))
        for some in bins
        if some
    ]


def _judged(findings: Findings, *, answerable: bool = False, right: bool = False, kind: str = STRANGER) -> Judged:
    seen = [(findings.story_features(story), bool(findings.lacks(story))) for story in findings.judged()]
    kept = [(features, lacks) for features, lacks in seen if features is not None]
    return Judged(answerable, right, tuple(one for one, _ in kept), tuple(lacks for _, lacks in kept), kind)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _some(chance: random.Random, values: Sequence[str], count: int) -> list[str]:
    return chance.sample(values, min(count, len(values)))
