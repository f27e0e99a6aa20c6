"""The administrator's commands: token, account add, account list, account remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..options import settings_of

if TYPE_CHECKING:
    from .person import Role

_ROLES = click.Choice(["reader", "editor", "admin"])


@click.command()
@click.option("--user", required=True, help="Tên người dùng. / Whom it speaks for.")
@click.option("--role", type=_ROLES, default="reader", show_default=True, help="Vai trò. / Role.")
@click.option("--minutes", type=click.IntRange(1, 60), default=15, show_default=True, help="Thời hạn. / How long it is good.")
@click.option("--origin", default="", help="Chỉ trang này được mang khung. / The only origin that may frame it.")
@click.pass_context
def token(ctx: click.Context, user: str, role: Role, minutes: int, origin: str) -> None:
    """Làm một thẻ ngắn hạn cho hộp hỏi tin, để thử. / Make a short-lived token for the widget, to try it.

    Cần HOITIN_TOKEN_SECRET hoặc HOITIN_TOKEN_SECRET_FILE. Dùng: https://HOST/t/THẺ/chat/

    Needs HOITIN_TOKEN_SECRET or HOITIN_TOKEN_SECRET_FILE. Use: https://HOST/t/TOKEN/chat/
    """
    from docs_store.errors import UsageError

    from .person import as_name
    from .tokens import make_token

    key = settings_of(ctx, None).token_key()
    if not key:
        raise UsageError(
            "Chưa đặt HOITIN_TOKEN_SECRET_FILE | HOITIN_TOKEN_SECRET_FILE is not set",
            "(umask 077; openssl rand -base64 48 > token.secret); export HOITIN_TOKEN_SECRET_FILE=token.secret",
        )
    if not as_name(user):
        raise UsageError("--user không phải là một tên | --user is no name")
    click.echo(make_token(key, user, role, minutes * 60, origin.rstrip("/")))


@click.group()
def account() -> None:
    """Tài khoản riêng của hoitin: add, list, remove. / Local accounts.

    Tệp là HOITIN_ACCOUNTS hoặc --file; máy chủ đọc lại ngay khi tệp đổi.

    The file is HOITIN_ACCOUNTS or --file; a running server follows its changes.
    """


_FILE = click.option("--file", type=click.Path(path_type=Path), help="Mặc định HOITIN_ACCOUNTS. / The accounts file.")


@account.command()
@click.argument("name")
@click.option("--role", type=_ROLES, default="reader", show_default=True, help="Vai trò. / Role.")
@_FILE
@click.pass_context
def add(ctx: click.Context, name: str, role: Role, file: Path | None) -> None:
    """Thêm tài khoản, hoặc đổi mật khẩu và vai trò. / Add an account, or change its password and role."""
    from .accounts import write_account

    path = _file(ctx, file)
    password = click.prompt("Mật khẩu / Password", hide_input=True, confirmation_prompt="Lần nữa / Again")
    write_account(path, name.strip().lower(), role, password)
    click.echo(f"Đã ghi / written: {name} ({role}), {path}")


@account.command("list")
@_FILE
@click.pass_context
def show(ctx: click.Context, file: Path | None) -> None:
    """Liệt kê tài khoản. / List the accounts."""
    from .accounts import read_accounts

    for one in read_accounts(_file(ctx, file)).accounts.values():
        click.echo(f"{one.name}\t{one.role}")


@account.command()
@click.argument("name")
@_FILE
@click.pass_context
def remove(ctx: click.Context, name: str, file: Path | None) -> None:
    """Xóa tài khoản; các phiên của nó hết ngay. / Remove an account; its sessions end at once."""
    from .accounts import remove_account

    remove_account(_file(ctx, file), name.strip().lower())
    click.echo(f"Đã xóa / removed: {name}")


def _file(ctx: click.Context, file: Path | None) -> Path:
    from docs_store.errors import UsageError

    path = file or settings_of(ctx, None).accounts
    if path is None:
        raise UsageError("Thiếu tệp tài khoản | No accounts file is named", "export HOITIN_ACCOUNTS=/etc/hoitin/accounts.json")
    return path
