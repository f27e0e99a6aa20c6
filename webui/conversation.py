"""One conversation of the chat page: what is shown of it, what its next question may lean on, and what of it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from docs_store import Generation
from docs_store.vietnamese import syllables
from retriever import Answer, Turn

from .asking import Asked
from .cards import encode
from .chat_words import word
from .messages import Messages

KEPT_TURNS = 30
_KEPT_TEXT = 200_000  # characters of answers
_LEANS_ON = 5  # turns that a follow-up looks at


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with its answer, as they stand on the page once they are no longer the last.

    number: its place in the conversation. turn: what a next question may lean on, None for nothing. first: the
    document that `turn` quotes. doc_ids: every document that the answer shows, or whose words completed the question.
    leans: of these, the latter.
    """

    number: int
    question: str
    html: str
    turn: Turn | None = None
    first: str = ""
    doc_ids: frozenset[str] = frozenset()
    leans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation. last: the last question as it was put."""

    shown: tuple[Shown, ...] = ()
    last: Asked = field(default_factory=Asked)

    @property
    def next_number(self) -> int:
        return self.shown[-1].number + 1 if self.shown else 1

    @property
    def turns(self) -> list[Turn]:
        return [one.turn for one in self.shown if one.turn]

    def and_then(self, shown: Shown, asked: Asked) -> Chat:
        """Return the conversation with one more question; of a long one, its end, and the last question always."""
        kept = (*self.shown, shown)[-KEPT_TURNS:]
        while len(kept) > 1 and sum(len(one.html) for one in kept) > _KEPT_TEXT:
            kept = kept[1:]
        return Chat(kept, asked)

    def without_last_turn(self) -> Chat:
        """Return the same conversation where nothing leans on the last answer any more."""
        return replace(self, shown=(*self.shown[:-1], *(replace(one, turn=None) for one in self.shown[-1:])))

    def without_removed(self, generation: Generation | None, messages: Messages) -> Chat:
        """Return the conversation without a word of the documents that have been taken out since.

        generation: the current one; None where none can be read now, which tells nothing.
        """
        named = {doc_id for one in self.shown for doc_id in one.doc_ids}
        if generation is None or not named:
            return self
        gone = named - generation.passages.heads(sorted(named)).keys()
        if not gone:
            return self
        return replace(self, shown=tuple(_taken_out(one, messages) if one.doc_ids & gone else one for one in self.shown))


def shown_answer(number: int, question: str, html: str, turn: Turn, answer: Answer, before: Sequence[Shown]) -> Shown:
    """Return the answer as the conversation keeps it. before: the answers that its question could lean on."""
    cited = [*answer.citations, *answer.nearest]
    leans = _leans_on(answer, before)
    doc_ids = {one.doc_id for one in cited} | {copy.doc_id for one in cited for copy in one.copies} | leans
    first = answer.citations[0].doc_id if answer.citations else ""
    return Shown(number, question, html, turn, first, frozenset(doc_ids), leans)


def wrapped(html: str, number: int) -> str:
    """Return an answer's HTML in the element that the page's scripts find it by."""
    return f'<div class="hoitin-answer" id="hoi-{number}" tabindex="-1">{html}</div>'


def _taken_out(one: Shown, messages: Messages) -> Shown:
    said = wrapped(f'<p class="hoitin-removed">{encode(word(messages, "removed"))}</p>', one.number)
    # The question as it was typed: its complete form may have had words of the article.
    return Shown(one.number, one.question, said, Turn(one.question) if one.turn else None)


def _leans_on(answer: Answer, before: Sequence[Shown]) -> frozenset[str]:
    """Return the documents whose words may have completed the question; none where it stood alone."""
    if answer.understood.question == answer.question:
        return frozenset()
    recent = [(one, one.turn) for one in before if one.turn][-_LEANS_ON:]
    asked = {syllable for _, turn in recent for syllable in syllables(turn.question)}
    added = set(syllables(answer.understood.question)) - set(syllables(answer.question)) - asked
    leans: set[str] = set()
    for one, turn in recent:
        leans |= one.leans  # words of theirs may stand in the question that was completed then
        if one.first and added & set(syllables(f"{turn.quote} {turn.title}")):
            leans.add(one.first)
    return frozenset(leans)
