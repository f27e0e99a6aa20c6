"""The chat page: Gradio Blocks, one for each language."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import gradio as gr

from docs_store import Generation, HoitinError, ModelError, ModelMismatchError, UsageError
from retriever import MAX_QUESTION, Assistant, Turn

from .access.limits import TURNS
from .access.line import TooBusyError, Turns
from .asking import Asked, asked_query, read_asked, read_filters, turn_of
from .cards import answer_html, encode, legend_html, no_sources_html, sources_html
from .chat_words import word
from .examples import example_questions
from .filtering import filters_html
from .messages import Messages
from .statement import PATH as STATEMENT
from .surroundings import foot_html, history_html, tools_html

_KEPT_TURNS = 30
_KEPT_TEXT = 200_000  # characters of a conversation's messages
_SESSIONS = 1_000  # conversations of one language kept in memory, the last used; a client makes up its session's name
_EXAMPLES = 4

log = logging.getLogger("hoitin")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation.

    shown: the messages. settled: the last answer without the buttons that only the last one has.
    turns: what a next question may lean on. last: the last question as it was put.
    """

    shown: list[dict[str, str]] = field(default_factory=list)
    settled: str = ""
    turns: list[Turn] = field(default_factory=list)
    last: Asked = field(default_factory=Asked)
    history: list[tuple[int, str]] = field(default_factory=list)  # number and text of the questions shown


def make_page(
    assistant: Assistant, messages: Messages, other_path: str, root: str = "", *, accounts: bool = False
) -> gr.Blocks:
    """Return the chat in one language. other_path: where the same page stands in the other."""
    account = f"[{messages.account}]({root}/login?lang={messages.lang}) · " if accounts else ""

    # Of what can be read: the same for everyone until that changes.
    @lru_cache(maxsize=2)
    def filters_of(state: str) -> str:
        return filters_html(_generation(assistant) if state else None, messages)

    @lru_cache(maxsize=2)
    def examples_of(state: str) -> list[str]:
        return example_questions(assistant, _EXAMPLES) if state else []

    def show(chat: Chat, asked: Asked | None, turns: list[Turn]) -> tuple[Any, ...]:
        number = chat.history[-1][0] + 1 if chat.history else 1
        question = (asked or chat.last).question[:MAX_QUESTION]
        reply = respond(assistant, asked, messages, root, turns, number)
        before = [*chat.shown[:-1], {"role": "assistant", "content": chat.settled}] if chat.shown else []
        said = {"role": "user", "content": encode(question)}
        shown = _kept([*before, said, {"role": "assistant", "content": reply.html}])
        history = [*chat.history, (number, question)][-_KEPT_TURNS:]
        turns = [*turns, reply.turn][-_KEPT_TURNS:] if reply.turn else turns
        chat = Chat(shown, reply.settled, turns, asked or chat.last, history)
        # The filters are drawn anew only if the text is another one: what was chosen in them stays.
        return shown, reply.sources, history_html(history, messages), "", chat, filters_of(_state(assistant))

    def ask(question: str, filters: str, chat: Chat) -> tuple[Any, ...]:
        return show(chat, _read(lambda: Asked(question, read_filters(json.loads(filters or "{}")))), chat.turns)

    def command(text: str, chat: Chat) -> tuple[Any, ...]:
        """Ask what a script of the page puts: a whole question, or the last one without something."""
        without = _read(lambda: str(json.loads(text)["without"]))
        if without is not None and chat.shown:
            return show(chat, chat.last.without(without), chat.turns[:-1])
        return show(chat, _read(lambda: read_asked(text)), chat.turns)

    def start() -> list[Any]:
        state = _state(assistant)
        questions = examples_of(state)
        padded = questions + [""] * (_EXAMPLES - len(questions))
        return [*(gr.Button(value=question, visible=bool(question)) for question in padded), filters_of(state)]

    page: gr.Blocks
    with gr.Blocks(title=f"hoitin · {messages.title}", analytics_enabled=False) as page:
        chat = gr.State(Chat())
        with gr.Row(elem_classes="hoitin-head"):
            gr.Markdown(f"# {messages.title}\n{messages.intro}", elem_classes="hoitin-intro")
            gr.Markdown(f"{account}[{messages.other_name}]({other_path})", elem_classes="hoitin-language")
        with gr.Row(elem_classes="hoitin-body"):
            with gr.Column(scale=3, min_width=300, elem_classes="hoitin-main"):
                chatbot = gr.Chatbot(
                    label=messages.chat,
                    show_label=False,
                    elem_classes="hoitin-chat",
                    height="66vh",
                    placeholder=messages.intro,
                    buttons=[],
                    feedback_options=None,
                    latex_delimiters=[],
                    allow_tags=False,
                    allow_file_downloads=False,
                    group_consecutive_messages=False,
                    autoscroll=False,
                )
                box = gr.Textbox(
                    label=messages.question,
                    show_label=False,
                    placeholder=messages.placeholder,
                    submit_btn=messages.send,
                    max_length=MAX_QUESTION,
                    autofocus=True,
                    lines=1,
                    max_lines=4,
                    elem_classes="hoitin-box",
                )
                filters = gr.Markdown("", elem_classes="hoitin-filter-block", latex_delimiters=[])
                with gr.Row(elem_classes="hoitin-examples"):
                    examples = [gr.Button("", visible=False, size="sm", variant="secondary") for _ in range(_EXAMPLES)]
                    fresh = gr.Button(messages.new_chat, size="sm", variant="secondary", elem_classes="hoitin-new")
            with gr.Column(scale=2, min_width=260, elem_classes="hoitin-side"):
                gr.Markdown(f"## {messages.sources}")
                sources = gr.Markdown(no_sources_html(messages), latex_delimiters=[])
                gr.Markdown(legend_html(messages), latex_delimiters=[])
                history = gr.Markdown("", latex_delimiters=[])
                gr.Markdown(tools_html(messages), latex_delimiters=[])
                gr.Markdown(f"[{messages.statement}]({root}{STATEMENT}?lang={messages.lang})", elem_classes="hoitin-statement")
        # Where the page's scripts leave what a click or the address asks for; nobody else sees them.
        filtered = gr.Textbox(visible="hidden", elem_classes="hoitin-filtered", label=word(messages, "filters"))
        wanted = gr.Textbox(visible="hidden", elem_classes="hoitin-wanted", label=messages.question)
        do = gr.Button(messages.send, visible="hidden", elem_classes="hoitin-do")
        outputs = [chatbot, sources, history, box, chat, filters]
        # Not queued: one plain request an event, and no event stream, which a proxy may buffer. With the stream a
        # few questions asked while a page loaded went unanswered in a browser on a cold machine.
        # Who comes by Gradio's queue all the same waits in our line and in no other.
        plain: dict[str, Any] = {"queue": False, "concurrency_limit": None, "show_progress": "hidden"}
        private: dict[str, Any] = {"api_visibility": "private", **plain}
        box.submit(in_turn(ask), [box, filtered, chat], outputs, api_name="ask", **plain)
        for button in examples:
            button.click(in_turn(ask), [button, filtered, chat], outputs, **private)
        do.click(in_turn(command), [wanted, chat], outputs, **private)
        fresh.click(lambda: ([], no_sources_html(messages), "", "", Chat(), gr.skip()), None, outputs, **private)
        page.load(in_turn(start), None, [*examples, filters], **private)
    page.state_session_capacity = _SESSIONS
    return page


def in_turn(event: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Return an event as Gradio is to call it: when its asker's turn has come, in a thread."""

    async def waiting(request: gr.Request, *values: Any) -> Any:
        assert request.request
        turns: Turns = request.request.scope[TURNS]
        try:
            return await turns.work(event, *values)
        except TooBusyError as error:
            raise gr.Error(str(error), print_exception=False) from error  # `ChatLimits` says it to the reader

    return waiting


@dataclass(frozen=True, slots=True)
class Reply:
    """What the chat shows for a question. settled: the same once it is no longer the last; turn: to lean on."""

    html: str
    settled: str
    sources: str
    turn: Turn | None = None


def respond(
    assistant: Assistant, asked: Asked | None, messages: Messages, root: str, turns: Sequence[Turn], number: int
) -> Reply:
    """Return the reply to a question, errors in plain words. asked: None where its filters made no sense."""
    said = messages.error_any
    try:
        if asked is None:
            said = word(messages, "error_days")
        else:
            return _answered(assistant, asked, messages, root, turns, number)
    except UsageError:
        said = messages.error_long if asked and len(asked.question) > MAX_QUESTION else messages.error_empty
    except HoitinError as error:
        log.error("cannot answer: %s", error)
        said = problem(error, messages)
    except Exception:
        log.exception("cannot answer")
    html = _wrapped(f'<p class="hoitin-problem">{encode(said)}</p>', number)
    return Reply(html, html, no_sources_html(messages))


def _answered(assistant: Assistant, asked: Asked, messages: Messages, root: str, turns: Sequence[Turn], number: int) -> Reply:
    answer = asked.answer(assistant, turns, offering=True)
    foot = foot_html(asked_query(asked, answer.understood.question), messages)
    live = _wrapped(answer_html(answer, messages, root, live=True) + foot, number)
    settled = _wrapped(answer_html(answer, messages, root) + foot, number)
    return Reply(live, settled, sources_html(answer, messages, root), turn_of(answer))


def _kept(shown: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the last messages, whole turns, as many as are kept; the last turn always."""
    shown = shown[-2 * _KEPT_TURNS :]
    while len(shown) > 2 and sum(len(one["content"]) for one in shown) > _KEPT_TEXT:
        shown = shown[2:]
    return shown


def _wrapped(html: str, number: int) -> str:
    return f'<div class="hoitin-answer" id="hoi-{number}" tabindex="-1">{html}</div>'


def _read(read: Callable[[], _T]) -> _T | None:
    """Return what was read, None where a script or a stranger put something else."""
    try:
        return read()
    except (UsageError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _generation(assistant: Assistant) -> Generation | None:
    try:
        return assistant.generation()
    except Exception:  # said by the answer, and logged there
        return None


def _state(assistant: Assistant) -> str:
    generation = _generation(assistant)
    return generation.state if generation else ""


def problem(error: HoitinError, messages: Messages) -> str:
    """Return what to tell a reader whom nobody can answer now, and the administrator over their shoulder."""
    if isinstance(error, ModelMismatchError):
        return messages.error_other_model
    return messages.error_any if isinstance(error, ModelError) else messages.error_no_index
