"""Example questions, made from the newest indexed news and kept only if the news answers them."""

from __future__ import annotations

import re

from docs_store import HoitinError
from docs_store.vietnamese import CAPITALS
from retriever import Assistant

_NAME = rf"[{CAPITALS}]\w*(?: [{CAPITALS}]\w*){{1,3}}"
_ROLE = r"(?:Thứ trưởng|Bộ trưởng|Tổng Thư ký|Cục trưởng|Phó Cục trưởng|Giám đốc|Chủ tịch|Viện trưởng|Vụ trưởng|Trưởng ban)"
_PERSON = re.compile(rf"{_NAME}, ({_ROLE} [^\d,.;:()\n]{{3,50}}?)(?=,| ngày| tại| cho biết| khẳng định| nhấn mạnh| phát biểu)")
_CANDIDATES = 12
_LONGEST = 90  # characters
_SHORTEST = 4  # words
_SHORTEST_ROLE = 6


def example_questions(assistant: Assistant, count: int = 4) -> list[str]:
    """Return up to `count` questions that the published news answers; none if nothing is published."""
    try:
        generation = assistant.generation()
        documents = [generation.passages.document(head.doc_id) for head in generation.passages.newest(_CANDIDATES)]
        questions: dict[str, str] = {}
        for document in documents:
            if document is None:
                continue
            role = _PERSON.search(" ".join(document.pages)[:5000])
            about = document.title.rstrip(" .…?!")
            # "Giám đốc Quỹ" could be anyone: a role names its office in full, or the headline asks instead.
            question = f"{role.group(1)} là ai?" if role and _names_its_office(role.group(1)) else f"{about}?"
            if len(question) <= _LONGEST and len(question.split()) >= _SHORTEST:
                questions.setdefault(question, document.doc_id)
        good = [question for question, doc_id in questions.items() if _answers(assistant, question, doc_id)]
        # People first: such a question shows best that the answer is a sentence, not a list of links.
        return sorted(good, key=lambda question: not question.endswith("là ai?"))[:count]
    except HoitinError:
        return []


def _names_its_office(role: str) -> bool:
    """Tell whether a role is somebody's: "Cục trưởng phụ trách" could be anyone."""
    words = role.split()
    return len(words) >= _SHORTEST_ROLE and any(word[0].isupper() for word in words[2:])


def _answers(assistant: Assistant, question: str, doc_id: str) -> bool:
    answer = assistant.ask(question)
    return answer.found and answer.citations[0].doc_id == doc_id
