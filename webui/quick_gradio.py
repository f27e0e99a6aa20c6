"""Gradio, imported in half the time.

While it is imported, Gradio rewrites the type stubs (.pyi) of its 80 components: it parses its own source for
each, and writes into its own folder, which a server may not be allowed to. Editors read these; no program does.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_WRITER = "gradio.component_meta"


class _NoStubs(MetaPathFinder):
    """Lets the one module be found as ever, and takes the writing of stubs out of it."""

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != _WRITER:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def run_without(module: ModuleType) -> None:
            run(module)
            if hasattr(module, "create_or_modify_pyi"):  # another Gradio may do without
                module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]

        spec.loader.exec_module = run_without  # type: ignore[method-assign]
        return spec


def prepare() -> None:
    """Make the import of Gradio quick, if it has not been imported yet."""
    if _WRITER not in sys.modules and not any(isinstance(finder, _NoStubs) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoStubs())
