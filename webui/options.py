"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .settings import Settings

NOTHING_FOUND = 1
USAGE = 2
SOME_FAILED = 3
COPIES_LEFT = 12


def data_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --data: the folder of the library and the index."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Thư mục dữ liệu, mặc định HOITIN_DATA hoặc ./data. / Data folder.",
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json: print for a program."""
    return click.option("--json", "as_json", is_flag=True, help="In JSON cho chương trình đọc. / Print JSON.")(function)


def settings_of(ctx: click.Context, data: Path | None, **given: object) -> Settings:
    """Return the settings, with what the command line gave."""
    from .settings import read_settings

    return read_settings(data=data or ctx.obj, **given)
