"""The chat page: Gradio Blocks, one for each language."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from docs_store import HoitinError, ModelError, ModelMismatchError, UsageError
from retriever import MAX_QUESTION, Answer, Assistant, Turn

from .cards import answer_html, encode, no_sources_html, sources_html
from .examples import example_questions
from .messages import Messages
from .understood import period_chip

_KEPT_TURNS = 30
_EXAMPLES = 4

log = logging.getLogger("hoitin")


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation: what is shown, what a next question may lean on, the last question as typed."""

    shown: list[dict[str, str]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    last: str = ""


def make_page(
    assistant: Assistant, messages: Messages, other_path: str, root: str = "", *, accounts: bool = False
) -> gr.Blocks:
    """Return the chat in one language. other_path: where the same page stands in the other."""
    account = f"[{messages.account}]({root}/login?lang={messages.lang}) · " if accounts else ""

    def ask(question: str, chat: Chat, *, any_time: bool = False) -> tuple[Any, ...]:
        shown = chat.shown[-2 * _KEPT_TURNS :]
        reply = respond(assistant, question, messages, root, chat.turns, any_time=any_time)
        said = {"role": "user", "content": encode(question[:MAX_QUESTION])}
        shown = [*shown, said, {"role": "assistant", "content": reply.html}]
        turns = [*chat.turns, reply.turn][-_KEPT_TURNS:] if reply.turn else chat.turns
        label = f"✕ {messages.any_time} ({reply.period})"
        chat = Chat(shown, turns, question)
        return shown, reply.sources, "", chat, gr.Button(value=label, visible=bool(reply.period))

    def ask_any_time(chat: Chat) -> tuple[Any, ...]:
        return ask(chat.last, Chat(chat.shown, chat.turns[:-1], chat.last), any_time=True)

    def show_examples() -> list[Any]:
        questions = example_questions(assistant, _EXAMPLES)
        padded = questions + [""] * (_EXAMPLES - len(questions))
        return [gr.Button(value=question, visible=bool(question)) for question in padded]

    page: gr.Blocks
    with gr.Blocks(title=f"hoitin · {messages.title}", analytics_enabled=False) as page:
        chat = gr.State(Chat())
        with gr.Row(elem_classes="hoitin-head"):
            gr.Markdown(f"# {messages.title}\n{messages.intro}", elem_classes="hoitin-intro")
            gr.Markdown(f"{account}[{messages.other_name}]({other_path})", elem_classes="hoitin-language")
        with gr.Row(elem_classes="hoitin-body"):
            with gr.Column(scale=3, min_width=300):
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
                any_time = gr.Button("", visible=False, size="sm", variant="secondary", elem_classes="hoitin-any-time")
                with gr.Row(elem_classes="hoitin-examples"):
                    examples = [gr.Button("", visible=False, size="sm", variant="secondary") for _ in range(_EXAMPLES)]
                    fresh = gr.Button(messages.new_chat, size="sm", variant="secondary", elem_classes="hoitin-new")
            with gr.Column(scale=2, min_width=260, elem_classes="hoitin-side"):
                gr.Markdown(f"## {messages.sources}")
                sources = gr.Markdown(no_sources_html(messages), latex_delimiters=[])
        outputs = [chatbot, sources, box, chat, any_time]
        # Not queued: one plain request an event, and no event stream, which a proxy may buffer. With the stream a
        # few questions asked while a page loaded went unanswered in a browser on a cold machine.
        plain: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
        private: dict[str, Any] = {"api_visibility": "private", **plain}
        box.submit(ask, [box, chat], outputs, api_name="ask", **plain)
        for button in examples:
            button.click(ask, [button, chat], outputs, **private)
        any_time.click(ask_any_time, [chat], outputs, **private)
        fresh.click(lambda: ([], no_sources_html(messages), "", Chat(), gr.Button(visible=False)), None, outputs, **private)
        page.load(show_examples, None, examples, **private)
    return page


@dataclass(frozen=True, slots=True)
class Reply:
    """What the chat shows for a question. turn: what a next question may lean on; period: that it was held to."""

    html: str
    sources: str
    turn: Turn | None = None
    period: str = ""


def respond(
    assistant: Assistant, question: str, messages: Messages, root: str, turns: Sequence[Turn] = (), *, any_time: bool = False
) -> Reply:
    """Return the reply to a question, errors in plain words."""
    said = messages.error_any
    try:
        answer = assistant.ask(question, turns, any_time=any_time)
        turn = Turn(answer.understood.question, *first_words(answer))
        html, sources = answer_html(answer, messages, root), sources_html(answer, messages, root)
        return Reply(html, sources, turn, period_chip(answer.understood, messages))
    except UsageError:
        said = messages.error_long if len(question) > MAX_QUESTION else messages.error_empty
    except HoitinError as error:
        log.error("cannot answer: %s", error)
        said = problem(error, messages)
    except Exception:
        log.exception("cannot answer")
    return Reply(f'<p class="hoitin-problem">{encode(said)}</p>', no_sources_html(messages))


def problem(error: HoitinError, messages: Messages) -> str:
    """Return what to tell a reader whom nobody can answer now, and the administrator over their shoulder."""
    if isinstance(error, ModelMismatchError):
        return messages.error_other_model
    return messages.error_any if isinstance(error, ModelError) else messages.error_no_index


def first_words(answer: Answer) -> tuple[str, str]:
    """Return the quote and the headline that a next question may point back to, "" where nothing was found."""
    return (answer.citations[0].quote, answer.citations[0].title) if answer.citations else ("", "")
