"""The front door: `hoitin`. Heavy imports happen inside the commands that need them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .access.commands import account, token
from .editing import feedback, index, remove, restore
from .options import NOTHING_FOUND, data_option, json_option, settings_of
from .pulling import pull
from .terminal import Bar, duration, print_citation, print_json, print_understood, visible

if TYPE_CHECKING:
    from retriever import Assistant

    from .settings import Settings

_ALIASES = {"nap": "index", "hoi": "ask", "mo": "serve", "xem": "status", "lay": "pull"}
_EPILOG = """
\b
Mã thoát / Exit codes:
  0  xong / done
  1  không tìm thấy, hoặc verify thấy lỗi / not found, or verify found a fault
  2  gọi sai / wrong call
  3  vài tệp không đọc được, các tệp khác đã vào chỉ mục / some files failed, the rest is indexed
  5  chưa có chỉ mục / no index yet
  6  chỉ mục hỏng / index damaged
  7  chỉ mục lập bằng mô hình khác / index made with another model
  8  lệnh khác đang ghi / another command is writing
  9  không nạp được mô hình / model cannot be loaded
  10 tệp cài đặt sai / a file of settings is wrong
  11 ổ đĩa đầy, bị khóa, chỉ đọc; thiếu quyền, thiếu bộ nhớ / disk full, locked, read-only; no right, no memory
  12 đã gỡ, nhưng bài khác còn đăng lại đoạn ấy / removed, but other documents print the same passage
"""


class _Door(click.Group):
    """A group whose commands also answer to short Vietnamese names, and whose errors are one sentence."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return super().get_command(ctx, _ALIASES.get(name, name))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        _, command, rest = super().resolve_command(ctx, args)
        return command.name if command else None, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        short = {command: alias for alias, command in _ALIASES.items()}
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command:
                rows.append((f"{name} ({short[name]})" if name in short else name, (command.help or "").split("\n\n")[0]))
        with formatter.section("Lệnh / Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
            sys.stdout = None
            ctx.exit(0)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            ctx.exit(_say(error))


@click.group(cls=_Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, epilog=_EPILOG)
@click.version_option(package_name="hoitin", prog_name="hoitin")
@click.option("--debug", is_flag=True, help="Lỗi kèm dấu vết của chương trình. / Show the trace of an error.")
@data_option
@click.pass_context
def main(ctx: click.Context, data: Path | None, debug: bool) -> None:
    """Hỏi tin của Bộ: câu trả lời là nguyên văn đoạn tin, kèm nguồn.

    Ask a ministry's news: the answer is the exact passage, with its source.
    """
    ctx.obj = data


for _command in (index, remove, restore, pull, feedback, token, account):
    main.add_command(_command)


@main.command()
@click.argument("question")
@data_option
@json_option
@click.option("--any-time", is_flag=True, help="Không lọc theo thời gian nêu trong câu hỏi. / Do not filter by the time named.")
@click.pass_context
def ask(ctx: click.Context, question: str, data: Path | None, as_json: bool, any_time: bool) -> None:
    """Hỏi một câu, nhận đoạn tin kèm nguồn. / Ask one question."""
    from .assembly import make_assistant
    from .links import answer_json

    answer = make_assistant(settings_of(ctx, data)).ask(question, any_time=any_time)
    if not as_json:
        print_understood(answer.understood, answer.question)
    if as_json:
        print_json(answer_json(answer))
    elif answer.found:
        for citation in answer.citations:
            print_citation(citation)
    elif answer.understood.small_talk:
        from .chat_words import word
        from .messages import EN, VI

        click.echo(f"{word(VI, 'small_talk')} / {word(EN, 'small_talk')}")
    else:
        click.secho("Không tìm thấy trong kho tin / Not found in the news", bold=True)
        click.echo(f"Đã tìm trong {answer.documents} bài. / Searched {answer.documents} articles.")
        for citation in answer.nearest:
            click.echo(f"  gần nhất / nearest: {citation.title}")
    if not answer.found:
        ctx.exit(NOTHING_FOUND)


@main.command()
@data_option
@click.option("--host", help="Địa chỉ lắng nghe, mặc định 127.0.0.1. / Address to listen on.")
@click.option("--port", type=int, help="Cổng, mặc định 7860. / Port.")
@click.pass_context
def serve(ctx: click.Context, data: Path | None, host: str | None, port: int | None) -> None:
    """Mở trang hỏi tin. / Serve the chat, the widget and the API."""
    from .listening import listen, web_address

    settings = settings_of(ctx, data, host=host, port=port)
    settings.check_secrets()
    sockets = listen(settings.host, settings.port)
    assistant, loaded = _loading(settings)
    from .request_log import set_up_log
    from .server import make_app
    from .server import serve as run

    app = make_app(assistant, settings)
    loaded()
    set_up_log(settings.log)
    address = web_address(settings.host, settings.port, f"{settings.root_path}/chat/")
    run(app, settings, sockets, lambda: click.echo(f"hoitin: {address}  (Ctrl+C để dừng / to stop)"), click.echo)


@main.command()
@data_option
@json_option
@click.pass_context
def status(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Cho biết chỉ mục đang có gì. / Tell what is indexed."""
    from .status import status_facts

    facts = status_facts(settings_of(ctx, data))
    if as_json:
        print_json(facts)
        return
    formats = ", ".join(f"{count} {kind}" for kind, count in facts["formats"].items())
    click.echo(f"Kho / data:          {facts['data']}")
    click.echo(f"Bài / documents:     {facts['documents']} ({formats})")
    click.echo(f"Đoạn / passages:     {facts['passages']}")
    click.echo(f"Tin mới nhất / newest: {facts['newest'] or '-'}")
    click.echo(f"Lập lúc / indexed:   {facts['created']} ({facts['generation']})")
    for one in facts["withdrawn"]:
        click.echo(visible(f"Đã gỡ / withdrawn:   {one['title']} ({one['doc_id']}), {one['person']}, {one['time']}"))
    click.echo(f"Mô hình / model:     {facts['model']['name']}, {facts['model']['dimension']} chiều / dimensions")
    click.echo(f"Vectơ / vectors:     {_vectors_line(facts['model']['set'], **facts['vectors'])}")
    for problem in facts["problems"]:
        click.secho(visible(f"! {problem}"), fg="yellow")


def _vectors_line(model: str, done: int, total: int, running: bool, seconds_left: int | None) -> str:
    """Return how many passages have their vector by the model that is set, and what becomes of the others."""
    line = f"{done} / {total}"
    if done == total:
        return line
    line += f" ({model})"
    if not running:
        return f"{line}, hoitin index làm tiếp / goes on"
    return (
        f"{line}, còn chừng / about {duration(seconds_left)}"
        if seconds_left is not None
        else f"{line}, đang thêm / being added"
    )


@main.command()
@click.argument("doc_id", metavar="DOC")
@data_option
@json_option
@click.pass_context
def show(ctx: click.Context, doc_id: str, data: Path | None, as_json: bool) -> None:
    """Xem một tài liệu: mỗi thông tin lấy từ đâu, và toàn văn. / Show one document. DOC: its doc_id or its file.

    Cuối mỗi dòng, sau dấu ←, là nơi giá trị ấy được tìm thấy.

    Behind each value, after ←, stands where it was found.
    """
    import os
    from dataclasses import asdict

    from docs_store import UsageError

    from .assembly import make_generations
    from .messages import VI, origin_words

    passages = make_generations(settings_of(ctx, data)).open_current().passages
    document = passages.document(doc_id)
    if document is None:  # a file name will do
        wanted = os.path.abspath(doc_id)  # noqa: PTH100 - as `index` names it
        match = next((known for known, source in passages.sources().items() if source == wanted), None)
        document = passages.document(match) if match else None
    if document is None:
        raise UsageError(f"Không có tài liệu {doc_id!r} trong chỉ mục | No document {doc_id!r} in the index", "hoitin status")
    facts = {
        "doc_id": document.doc_id,
        "title": document.title,
        "publisher": document.publisher,
        "author": document.author,
        "published": document.published.isoformat() if document.published else None,
        "updated": document.updated.isoformat() if document.updated else None,
        "section": document.section,
        "number": document.number,
        "language": document.language,
        "url": document.url,
        "lead": document.lead,
        "format": document.format,
        "source": document.source,
        "content_hash": document.content_hash,
        "passages": len(passages.document_passages(document.doc_id)),
        "origins": document.origins,
        "notes": [asdict(note) | {"page": note.page + 1} for note in document.notes],
        "pages": list(document.pages),
    }
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        if name not in ("pages", "origins", "notes") and value:
            origin = f"   ← {origin_words(document.origins[name])}" if name in document.origins else ""
            click.echo(visible(f"{name + ':':14}{value}") + click.style(visible(origin), dim=True))
    for number, page in enumerate(document.pages):
        if document.paged:
            click.secho(f"\n--- trang / page {number + 1} ---", dim=True)
        for note in document.notes:
            if note.page == number:
                click.secho(visible(f"({VI.note(note)})"), fg="yellow")
        click.echo(visible(f"\n{page}"))


@main.command()
@data_option
@json_option
@click.pass_context
def verify(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Kiểm tra chỉ mục: từng đoạn trích đúng từng byte với nguồn. / Check every passage of the index."""
    from .assembly import make_generations
    from .verification import changed_files, verify_generation, verify_library

    settings = settings_of(ctx, data)
    generations = make_generations(settings)
    faults = generations.problems() + verify_library(settings.data)
    generation = generations.open_current(whole=True)
    with Bar() as bar:
        faults += verify_generation(generation, bar)
    if as_json:
        print_json({"generation": generation.name, "passages": generation.manifest.passages, "faults": faults})
    else:
        for fault in faults[:50]:
            click.secho(fault, fg="red")
        verdict = f"{len(faults)} lỗi / faults" if faults else "không có lỗi / no fault"
        click.echo(f"{generation.name}: {generation.manifest.passages} đoạn / passages, {verdict}")
        if not faults and (changed := changed_files(settings.data)):
            click.echo(f"{len(changed)} tệp đã đổi từ khi đọc; hoitin index sẽ nạp lại. / changed since they were read:")
            for path in changed[:10]:
                click.echo(visible(f"  {path}"))
    if faults:
        ctx.exit(NOTHING_FOUND)


@main.command("eval")
@click.argument("sets", nargs=-1, required=True, metavar="SET…", type=click.Path(exists=True, path_type=Path))
@data_option
@json_option
@click.option("--calibrate", is_flag=True, help="Hiệu chỉnh khi nào thì trả lời. / Fit when to answer.")
@click.option("--answers", type=click.Path(exists=True, path_type=Path), help="answers.tsv: chỗ có câu trả lời.")
@click.option("--sample", type=click.IntRange(min=1), help="Số câu hỏi lấy ở mỗi bộ. / Questions taken of each set.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Thư mục nhận bảng và biểu đồ. / Folder for table and plots.",
)
@click.pass_context
def evaluate(
    ctx: click.Context,
    sets: tuple[Path, ...],
    data: Path | None,
    as_json: bool,
    calibrate: bool,
    answers: Path | None,
    sample: int | None,
    out: Path | None,
) -> None:
    """Đo chất lượng tìm kiếm trên các bộ câu hỏi. / Measure search on question sets.

    SET: thư mục BEIR (corpus.jsonl, queries.jsonl, qrels.tsv), được lập chỉ mục riêng, hoặc tệp CSV câu hỏi của
    mình trên kho tin của mình: câu hỏi; tài liệu hoặc từ ngữ phải có.

    SET: a BEIR folder, whose corpus is indexed aside, or a CSV of your own questions over your own index:
    question; the document, or words that it must hold. With several sets each one's questions are also asked of
    the others' news, to see how often an answer is given where there is none.
    """
    from .evaluation import evaluate_sets, table

    settings = settings_of(ctx, data)
    with Bar() as bar:
        results = evaluate_sets(sets, settings, bar, calibrating=calibrate, answers=answers, out=out, sample=sample)
    if as_json:
        print_json(next(iter(results.values())) if len(sets) == 1 else results)
    else:
        click.echo(table(results))


def _say(error: Exception) -> int:
    """Print an error as one sentence with its next step, and return its exit code."""
    from docs_store.errors import HoitinError, explain

    if isinstance(error, OSError | MemoryError):  # a folder that cannot be made, a full disk, a file in a folder's place
        error = explain(error, getattr(error, "filename", None) or "hoitin")
    if not isinstance(error, HoitinError):
        said = " ".join(f"{type(error).__name__}: {error}".split())
        error = HoitinError(f"Lỗi trong hoitin: {said} | A fault of hoitin's own", "chạy lại với hoitin --debug …, rồi báo lỗi")
    click.secho(visible(f"Lỗi: {error}"), fg="red", err=True)
    if error.next_step:
        click.echo(f"→ {error.next_step}", err=True)
    return error.exit_code


def _loading(settings: Settings) -> tuple[Assistant, Callable[[], None]]:
    """Return the assistant, which loads its model and index aside, and what waits for it and raises what went wrong."""
    from threading import Thread

    from .assembly import make_assistant

    assistant = make_assistant(settings, aside=True)
    failures: list[Exception] = []

    def load() -> None:
        try:
            assistant.load_model()
        except Exception as error:
            failures.append(error)

    thread = Thread(target=load, daemon=True)  # Gradio's import takes longer than both
    thread.start()

    def wait() -> None:
        thread.join()
        if failures:
            raise failures[0]

    return assistant, wait


if __name__ == "__main__":
    main()
