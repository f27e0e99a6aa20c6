"""The chat page: Gradio Blocks, one for each language."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from docs_store import HoitinError, UsageError
from retriever import MAX_QUESTION, Answer, Assistant

from .cards import answer_html, encode, no_sources_html, sources_html
from .examples import example_questions
from .messages import Messages

_KEPT_TURNS = 30
_EXAMPLES = 4

log = logging.getLogger("hoitin")

Turns = list[dict[str, str]]


def make_page(assistant: Assistant, messages: Messages, other_path: str, root: str = "") -> gr.Blocks:
    """Return the chat in one language. other_path: where the same page stands in the other."""

    def ask(question: str, turns: Turns) -> tuple[Turns, str, str, Turns]:
        turns = turns[-2 * _KEPT_TURNS :]
        html, sources = respond(assistant, question, messages, root)
        turns = [*turns, {"role": "user", "content": encode(question[:MAX_QUESTION])}, {"role": "assistant", "content": html}]
        return turns, sources, "", turns

    def show_examples() -> list[Any]:
        questions = example_questions(assistant, _EXAMPLES)
        padded = questions + [""] * (_EXAMPLES - len(questions))
        return [gr.Button(value=question, visible=bool(question)) for question in padded]

    page: gr.Blocks
    with gr.Blocks(title=f"hoitin · {messages.title}", analytics_enabled=False) as page:
        turns = gr.State([])
        with gr.Row(elem_classes="hoitin-head"):
            gr.Markdown(f"# {messages.title}\n{messages.intro}", elem_classes="hoitin-intro")
            gr.Markdown(f"[{messages.other_name}]({other_path})", elem_classes="hoitin-language")
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
                with gr.Row(elem_classes="hoitin-examples"):
                    examples = [gr.Button("", visible=False, size="sm", variant="secondary") for _ in range(_EXAMPLES)]
                    fresh = gr.Button(messages.new_chat, size="sm", variant="secondary", elem_classes="hoitin-new")
            with gr.Column(scale=2, min_width=260, elem_classes="hoitin-side"):
                gr.Markdown(f"## {messages.sources}")
                sources = gr.Markdown(no_sources_html(messages), latex_delimiters=[])
        outputs = [chatbot, sources, box, turns]
        # Not queued: one plain request an event, and no event stream, which a proxy may buffer and
        # which lost the answer to a question sent just as the stream of the one before was closing.
        plain: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
        box.submit(ask, [box, turns], outputs, api_name="ask", **plain)
        for button in examples:
            button.click(ask, [button, turns], outputs, api_visibility="private", **plain)
        fresh.click(lambda: ([], no_sources_html(messages), "", []), None, outputs, api_visibility="private", **plain)
        page.load(show_examples, None, examples, api_visibility="private", **plain)
    return page


def respond(assistant: Assistant, question: str, messages: Messages, root: str) -> tuple[str, str]:
    """Return the chat message and the sources column for a question, errors in plain words."""
    try:
        answer: Answer = assistant.ask(question)
        return answer_html(answer, messages, root), sources_html(answer, messages, root)
    except UsageError:
        problem = messages.error_long if len(question) > MAX_QUESTION else messages.error_empty
    except HoitinError as error:
        log.error("cannot answer: %s", error)
        problem = messages.error_no_index
    except Exception:
        log.exception("cannot answer")
        problem = messages.error_any
    return f'<p class="hoitin-problem">{encode(problem)}</p>', no_sources_html(messages)
