"""The chat page: Gradio Blocks, one for each language."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, TypeVar

import gradio as gr

from docs_store import Generation, HoitinError, ModelError, ModelMismatchError, UsageError
from retriever import MAX_QUESTION, Answer, Assistant, Turn

from .access.limits import TAKE, TURNS
from .access.line import TooBusyError, Turns
from .asking import Asked, asked_of, asked_query, read_asked, read_filters, turn_of
from .cards import answer_html, encode, legend_html, no_sources_html, sources_html
from .chat_words import word
from .conversation import Chat, Shown, shown_answer, wrapped
from .examples import example_questions
from .filtering import filters_html
from .messages import Messages
from .statement import PATH as STATEMENT
from .surroundings import foot_html, history_html, tools_html

_EXAMPLES = 4
_AGAIN = 10  # questions that one request asks again
_SESSIONS = 1_000  # conversations of one language kept in memory; a forgotten one asks its questions again

log = logging.getLogger("hoitin")
_T = TypeVar("_T")
Steps = Generator[tuple[tuple[Any, ...], bool], None, None]  # what to show so far, and whether there is more to ask


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

    def answered(chat: Chat, asked: Asked | None) -> tuple[Chat, Reply]:
        question = (asked or chat.last).question[:MAX_QUESTION]
        reply = respond(assistant, asked, messages, root, chat.turns, chat.next_number)
        shown = Shown(chat.next_number, question, reply.settled)
        if reply.answer and reply.turn:
            before = () if asked and asked.alone else chat.shown
            shown = shown_answer(shown.number, question, reply.settled, reply.turn, reply.answer, before)
        return chat.and_then(shown, asked or chat.last), reply

    def drawn(chat: Chat, reply: Reply, box: Any) -> tuple[Any, ...]:
        drawn = [*chat.shown[:-1], replace(chat.shown[-1], html=reply.html)]
        log = [
            {"role": role, "content": content}
            for one in drawn
            for role, content in (("user", encode(one.question)), ("assistant", one.html))
        ]
        history = [(one.number, one.question) for one in drawn]
        # The filters are drawn anew only if the text is another one: what was chosen in them stays.
        return log, reply.sources, history_html(history, messages), box, chat, filters_of(_state(assistant))

    def show(chat: Chat, asked: Asked | None, box: Any = "") -> tuple[Any, ...]:
        return drawn(*answered(_without_removed(chat, assistant, messages), asked), box)

    def ask(question: str, filters: str, chat: Chat) -> tuple[Any, ...]:
        return show(chat, _read(lambda: Asked(question, read_filters(json.loads(filters or "{}")))))

    def again(questions: list[Any]) -> Steps:
        """Draw a conversation anew from what was asked in it, each answer from today's news, in its turn."""
        chat = Chat()
        for number, one in enumerate(questions, 1):
            chat, reply = answered(chat, _read(partial(asked_of, one)))
            yield drawn(chat, reply, gr.skip()), number < len(questions)

    def command(text: str, chat: Chat) -> tuple[Any, ...] | Steps:
        """Do what a script of the page wants; what stands in the box meanwhile is left there.

        {"again": [question, …]}: the conversation anew. {"without": "…"}: the last question without something; where
        the conversation is no longer known here, the one beside it. {"question": "…", …}: this one.
        """
        wish = _read(lambda: dict(json.loads(text))) or {}
        if "again" in wish:
            questions = wish["again"][:_AGAIN] if isinstance(wish["again"], list) else []
            return again(questions) if questions else (gr.skip(),) * 6
        without = str(wish.get("without", ""))
        if without and chat.shown:
            return show(chat.without_last_turn(), chat.last.without(without), gr.skip())
        return show(chat, _read(lambda: read_asked(text).without(without)), gr.skip())

    def start() -> list[Any]:
        state = _state(assistant)
        questions = examples_of(state)
        padded = questions + [""] * (_EXAMPLES - len(questions))
        buttons = [gr.Button(value=question, visible=bool(question)) for question in padded]
        return [*buttons, filters_of(state)]

    async def begin(request: gr.Request) -> list[Any]:
        return [*await in_turn(start)(request), _who(request)]

    page: gr.Blocks
    with gr.Blocks(title=f"hoitin · {messages.title}", analytics_enabled=False) as page:
        page.state_session_capacity = _SESSIONS
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
        who = gr.Textbox(visible="hidden", elem_classes="hoitin-who", label=messages.account)
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
        page.load(begin, None, [*examples, filters, who], **private)
    return page


def in_turn(event: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Return an event as Gradio is to call it: when its asker's turn has come, in a thread.

    An event that returns steps asks several questions: each has a turn of its own and counts as one. Where the asker
    has no more to ask now, the conversation ends there.
    """

    async def waiting(request: gr.Request, *values: Any) -> Any:
        assert request.request
        scope = request.request.scope
        turns: Turns = scope[TURNS]
        try:
            done = await turns.work(event, *values)
            if not isinstance(done, Generator):
                return done
            shown: Any = None
            async with aclosing(turns.each(done)) as steps:
                async for step in steps:
                    shown, more = step
                    if more and scope[TAKE](questions=1):
                        break
            return shown
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
    answer: Answer | None = None


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
    html = wrapped(f'<p class="hoitin-problem">{encode(said)}</p>', number)
    return Reply(html, html, no_sources_html(messages))


def _answered(assistant: Assistant, asked: Asked, messages: Messages, root: str, turns: Sequence[Turn], number: int) -> Reply:
    answer = asked.answer(assistant, turns, offering=True)
    foot = foot_html(asked_query(asked, answer.understood.question), messages)
    live = wrapped(answer_html(answer, messages, root, live=True) + foot, number)
    settled = wrapped(answer_html(answer, messages, root) + foot, number)
    return Reply(live, settled, sources_html(answer, messages, root), turn_of(answer), answer)


def _read(read: Callable[[], _T]) -> _T | None:
    """Return what was read, None where a script or a stranger put something else."""
    try:
        return read()
    except (UsageError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _who(request: gr.Request) -> str:
    """Return what tells one signed-in person from another in a browser tab, without a name; "-" for nobody."""
    person = request.request.scope.get("hoitin.person") if request.request else None
    return sha256(person.name.encode()).hexdigest()[:16] if person else "-"


def _generation(assistant: Assistant) -> Generation | None:
    try:
        return assistant.generation()
    except Exception:  # said by the answer, and logged there
        return None


def _without_removed(chat: Chat, assistant: Assistant, messages: Messages) -> Chat:
    try:
        return chat.without_removed(_generation(assistant), messages)
    except Exception:  # nothing can be read now: the answer says so
        log.exception("cannot tell what has been removed")
        return chat


def _state(assistant: Assistant) -> str:
    generation = _generation(assistant)
    return generation.state if generation else ""


def problem(error: HoitinError, messages: Messages) -> str:
    """Return what to tell a reader whom nobody can answer now, and the administrator over their shoulder."""
    if isinstance(error, ModelMismatchError):
        return messages.error_other_model
    return messages.error_any if isinstance(error, ModelError) else messages.error_no_index
