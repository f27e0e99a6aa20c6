"""Quality of search on question sets: their corpora are indexed aside, their questions asked, the measures returned."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from docs_store import Embedder, Generations, UsageError, mismatch
from indexer import Progress, reindex
from retriever import Calibration, FindSettings, calibration_key, load_calibration, save_calibration
from retriever.abstention import Judged, abstention_measures, calibrate, judge, reliability, risk_coverage, small_talk
from retriever.evaluate import (
    QuestionSet,
    Searcher,
    evaluate_search,
    quote_measures,
    read_question_csv,
    read_question_set,
)

from .assembly import make_answer_settings, make_embedder
from .plot import reliability_svg, risk_coverage_svg
from .settings import Settings

Measures = dict[str, dict[str, float]]
_ABSTENTION, _QUOTE, _HELD_OUT = "abstention", "quote", "abstention-held-out"
_SINGLE = (_ABSTENTION, _QUOTE, _HELD_OUT)


def evaluate_sets(
    paths: Sequence[Path],
    settings: Settings,
    progress: Progress,
    *,
    calibrating: bool = False,
    answers: Path | None = None,
    out: Path | None = None,
    sample: int | None = None,
) -> dict[str, Measures]:
    """Return set name -> ranking -> measure -> value.

    paths: BEIR folders, or CSV files of questions over the published index. With more than one
    set the questions of each are strangers to the others' news: ranking "abstention" has the shares
    that get an answer. calibrating: fit the confidence by them and keep it in the data folder.
    out: a folder for report.md, report.json and the plots. sample: so many questions of each set, always the same.
    """
    if answers and len(paths) > 1:
        raise UsageError("--answers đi với một bộ câu hỏi | --answers goes with one question set")
    embedder = make_embedder(settings)
    find = make_answer_settings(settings)
    results: dict[str, Measures] = {}
    judged: dict[str, list[Judged]] = {}
    with ExitStack() as open_sets:
        opened = [open_sets.enter_context(_opened(path, settings, find, embedder, answers, progress)) for path in paths]
        sets = [(questions.sample(sample) if sample else questions, searcher) for questions, searcher in opened]
        for questions, searcher in sets:
            if questions.name in results:
                raise UsageError(f"Hai bộ cùng tên {questions.name} | Two sets are called {questions.name}")
            results[questions.name] = evaluate_search(searcher, questions, progress)
            if questions.answers:
                results[questions.name][_QUOTE] = quote_measures(searcher, questions)
            others = [text for other, _ in sets if other is not questions for text in other.queries.values()]
            talk = small_talk("dev" if calibrating else "held")
            judged[questions.name] = judge(searcher, questions, others, talk=talk)
    key = calibration_key(embedder.card.fingerprint, find.reader)
    everything = [one for of_set in judged.values() for one in of_set]
    calibration = load_calibration(settings.data, key)
    if calibrating:
        calibration = _calibrated(everything, settings, key)
    for name, of_set in judged.items():
        results[name][_ABSTENTION] = abstention_measures(of_set, calibration)
    if len(sets) > 1:
        results["all"] = {_ABSTENTION: abstention_measures(everything, calibration)}
    if len(sets) > 2:
        results["all"][_HELD_OUT] = _held_out(judged)
    if out:
        _write(out, results, everything if len(sets) > 1 else [], calibration)
    return results


def _held_out(judged: dict[str, list[Judged]]) -> dict[str, float]:
    """Return the shares that get an answer where each set is judged by a calibration that saw only the others."""
    parts = []
    for name, of_set in judged.items():
        others = calibrate([one for other, of_other in judged.items() if other != name for one in of_other])
        parts.append(abstention_measures(of_set, others))

    def share(measure: str, of: str) -> float:
        return sum(part[measure] * part[of] for part in parts) / sum(part[of] for part in parts)

    return {
        "answerable-answered": share("answerable-answered", "answerable"),
        "strangers-answered": share("strangers-answered", "strangers"),
    }


def _calibrated(judged: Sequence[Judged], settings: Settings, key: str) -> Calibration:
    try:
        calibration = calibrate(judged)
    except ValueError as error:
        raise UsageError(
            "Muốn hiệu chỉnh cần ít nhất hai bộ câu hỏi | To calibrate, name at least two question sets",
            "hoitin eval --calibrate BỘ1 BỘ2",
        ) from error
    save_calibration(settings.data, key, calibration)
    return calibration


@contextmanager
def _opened(
    path: Path, settings: Settings, find: FindSettings, embedder: Embedder, answers: Path | None, progress: Progress
) -> Iterator[tuple[QuestionSet, Searcher]]:
    """Open a question set and the news it is asked of: its own corpus, indexed aside, or the published index."""
    if path.is_file():
        generation = Generations(settings.data).open_current()
        if generation.manifest.model.fingerprint != embedder.card.fingerprint:
            raise mismatch(generation.manifest.model, embedder.card)
        yield read_question_csv(path, generation), Searcher(generation, embedder, settings.data, find)
        return
    questions = read_question_set(path, answers)
    with tempfile.TemporaryDirectory(prefix="hoitin-eval-") as scratch:
        report = reindex(Path(scratch), [path / "corpus.jsonl"], embedder, progress=progress)
        if not report.documents:
            raise UsageError(f"{path}/corpus.jsonl không có bài nào | {path}/corpus.jsonl has no document")
        yield questions, Searcher(Generations(Path(scratch)).open_current(), embedder, Path(scratch), find)


def table(results: dict[str, Measures]) -> str:
    """Return the measures as a Markdown table, one row for each set and ranking."""
    lines = []
    for name, measures in results.items():
        for kind in _SINGLE:
            if kind in measures:
                values = ", ".join(f"{key} {_number(key, value)}" for key, value in measures[kind].items())
                lines.append(f"\n{name}, {kind}: {values}")
        rankings = {ranking: values for ranking, values in measures.items() if ranking not in _SINGLE}
        if rankings:
            columns = list(next(iter(rankings.values())))
            lines += ["", f"| {name} | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
            lines += [
                f"| {ranking} | " + " | ".join(_number(column, values[column]) for column in columns) + " |"
                for ranking, values in rankings.items()
            ]
    return "\n".join(lines).strip()


def _number(name: str, value: float) -> str:
    if name.endswith("_ms"):
        return f"{value:.1f}"
    return str(value) if isinstance(value, int) else f"{value:.4f}"


def _write(out: Path, results: dict[str, Measures], judged: Sequence[Judged], calibration: Calibration) -> None:
    out.mkdir(parents=True, exist_ok=True)
    plots = {}
    if judged:
        plots["risk-coverage"] = risk_coverage_svg(risk_coverage(judged, calibration), calibration.threshold)
        plots["reliability"] = reliability_svg(reliability(judged, calibration))
    shown = "".join(f"\n\n![{name}]({name}.svg)" for name in plots)
    (out / "report.md").write_text(table(results) + shown + "\n", encoding="utf-8")
    (out / "report.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, plot in plots.items():
        (out / f"{name}.svg").write_text(plot, encoding="utf-8")
