"""Memory that is used again once nobody looks at it any more."""

from __future__ import annotations

import mmap

_PAGE = mmap.PAGESIZE


class Buffers:
    """A few blocks of memory for one worker. Not thread-safe.

    The first use of a block costs a page fault for each page, so blocks are kept. A block knows
    whether somebody still has a view of it, be it Arrow's or NumPy's.
    """

    def __init__(self, kept: int = 2) -> None:
        self._kept = kept
        self._blocks: list[mmap.mmap] = []

    def take(self, size: int) -> memoryview:
        """Returns writable memory of that size; its content is undefined."""
        for block in self._blocks:
            if len(block) >= size and _is_free(block):
                return memoryview(block)[:size]
        return memoryview(self._new(size))[:size]

    def _new(self, size: int) -> mmap.mmap:
        length = max(_PAGE, (size + _PAGE - 1) // _PAGE * _PAGE)
        block = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        block.madvise(mmap.MADV_HUGEPAGE)
        free = [old for old in self._blocks if _is_free(old)]
        if len(self._blocks) >= self._kept and free:
            self._blocks.remove(min(free, key=len))
        if len(self._blocks) < self._kept:
            self._blocks.append(block)
        return block


def _is_free(block: mmap.mmap) -> bool:
    """A map refuses to change its size while there are views of it; to its own size costs nothing."""
    try:
        block.resize(len(block))
    except BufferError:
        return False
    return True
