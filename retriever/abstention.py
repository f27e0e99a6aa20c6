"""Answer or say that there is none: measured on questions the news can and cannot answer, and calibrated by them.

Strangers are the questions of other sets, asked of this news. A risk-coverage curve tells, for
every threshold, which share of the answerable questions and of the strangers gets an answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .confidence import Calibration
from .evaluate import QuestionSet, Searcher
from .findings import Findings, FindSettings, find

MOST_STRANGERS_ANSWERED = 0.1
_CURVE_POINTS = 101


@dataclass(frozen=True, slots=True)
class Judged:
    """What one question found. features: of the first stories that hold what the question names, best first.

    right: whether the first of them is a document that answers; False for a stranger.
    """

    answerable: bool
    right: bool
    features: tuple[tuple[float, ...], ...]

    def confidence(self, calibration: Calibration) -> float:
        return max((calibration.confidence(one) for one in self.features), default=0.0)


def judge(searcher: Searcher, own: QuestionSet, strangers: Sequence[str], sample: int = 500) -> list[Judged]:
    """Return what own questions and strangers find, of each up to `sample` by chance (always the same)."""
    chance = random.Random(own.name)
    names = searcher.names
    judged = []
    for query_id in _some(chance, sorted(own.queries), sample):
        findings = _find(searcher, own.queries[query_id])
        stories = findings.judged()
        right = bool(stories) and names[stories[0].hit.passage.doc_id] in own.qrels[query_id]
        judged.append(Judged(True, right, _features(findings)))
    judged += [Judged(False, False, _features(_find(searcher, text))) for text in _some(chance, sorted(strangers), sample)]
    return judged


def calibrate(judged: Sequence[Judged]) -> Calibration:
    """Return the calibration that tells right first stories from what strangers find.

    Its threshold is the least at which at most MOST_STRANGERS_ANSWERED of the strangers get an answer.
    Raises ValueError if either kind is missing.
    """
    from sklearn.linear_model import LogisticRegression

    rows = [(one.features[0], one.right) for one in judged if one.features and (one.right or not one.answerable)]
    if len({right for _, right in rows}) < 2:
        raise ValueError("calibration needs questions with an answer and questions without")
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
    model.fit(np.array([seen for seen, _ in rows]), np.array([right for _, right in rows]))
    weights = tuple(round(float(weight), 4) for weight in model.coef_[0])
    free = Calibration(weights, round(float(model.intercept_[0]), 4), 0.0)
    of_strangers = sorted((one.confidence(free) for one in judged if not one.answerable), reverse=True)
    allowed = int(len(of_strangers) * MOST_STRANGERS_ANSWERED)
    threshold = of_strangers[allowed] + 1e-4 if allowed < len(of_strangers) else 0.0
    return Calibration(weights, free.bias, round(min(threshold, 1.0), 4))


def abstention_measures(judged: Sequence[Judged], calibration: Calibration) -> dict[str, float]:
    """Return which shares get an answer, and of the answered questions with an answer how many get the right one first."""
    own = [one for one in judged if one.answerable]
    strangers = [one for one in judged if not one.answerable]
    answered = [one for one in own if one.confidence(calibration) >= calibration.threshold]
    wrong = sum(one.confidence(calibration) >= calibration.threshold for one in strangers)
    return {
        "answerable": len(own),
        "answerable-answered": len(answered) / len(own) if own else 0.0,
        "right-first-of-answered": sum(one.right for one in answered) / len(answered) if answered else 0.0,
        "strangers": len(strangers),
        "strangers-answered": wrong / len(strangers) if strangers else 0.0,
        "threshold": calibration.threshold,
    }


def risk_coverage(judged: Sequence[Judged], calibration: Calibration) -> list[tuple[float, float, float]]:
    """Return (threshold, share of answerable answered, share of strangers answered), by rising threshold."""
    own = np.array([one.confidence(calibration) for one in judged if one.answerable])
    strangers = np.array([one.confidence(calibration) for one in judged if not one.answerable])
    return [
        (float(threshold), float(np.mean(own >= threshold)), float(np.mean(strangers >= threshold)))
        for threshold in np.linspace(0, 1, _CURVE_POINTS)
    ]


def _find(searcher: Searcher, question: str) -> Findings:
    return find(searcher.generation, searcher.embedder, searcher.intent(question), FindSettings(search=searcher.settings))


def _features(findings: Findings) -> tuple[tuple[float, ...], ...]:
    seen = (findings.story_features(story) for story in findings.judged())
    return tuple(one for one in seen if one is not None)


def _some(chance: random.Random, values: Sequence[str], count: int) -> list[str]:
    return chance.sample(values, min(count, len(values)))
