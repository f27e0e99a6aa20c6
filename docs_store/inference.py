"""How models in ONNX are run: each text alone on one thread, as many at once as there are cores.

So what comes out depends on nothing but the text, as activations are rounded by what a batch holds, and nothing is spent on
padding; a batch was no faster.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")


def open_session(path: Path) -> Any:
    """Return an onnxruntime session of one thread. Raises what onnxruntime raises."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it would keep a plan of memory for every length of text
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def side_by_side(work: Callable[[int], _T], lengths: Sequence[int], threads: int) -> list[_T]:
    """Return what `work` makes of each place, in order, `threads` of them at once. lengths: of the text at each place."""
    places = range(len(lengths))
    if len(places) < 2 or threads == 1:
        return [work(place) for place in places]
    longest_first = sorted(places, key=lambda place: -lengths[place])  # else a long one at the end is waited for
    with ThreadPoolExecutor(min(threads, len(places))) as pool:
        done = dict(zip(longest_first, pool.map(work, longest_first), strict=True))
    return [done[place] for place in places]
