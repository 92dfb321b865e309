"""Memory that the data source shares with the workers of its host."""

from __future__ import annotations

import mmap
import os

from s3dlio_spark._errors import ContentReferenceError, StaleReferenceError

# The head of a segment, as the data source writes it: a name, and the stamp of the task that has it.
_HEAD = 4096
_MAGIC = b"s3dlioS1"
_STAMP = slice(8, 16)
_MASK = (1 << 64) - 1


class Segment:
    """A file that is mapped. It never changes its size."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError as e:
            raise self._stale("it is gone, or on another host") from e
        except OSError as e:
            raise ContentReferenceError(f"Cannot read {path}: {e.strerror}") from e
        try:
            self._map = mmap.mmap(file, 0, prot=mmap.PROT_READ, flags=mmap.MAP_SHARED)
        except (OSError, ValueError) as e:
            raise ContentReferenceError(f"Cannot map {path}: {e}") from e
        finally:
            os.close(file)
        if len(self._map) < _HEAD or self._map[: len(_MAGIC)] != _MAGIC:
            raise ContentReferenceError(f"Cannot read {path}: it is no segment of the data source's")

    def require(self, stamp: int) -> None:
        """Raises StaleReferenceError unless the task whose stamp this is still has the segment."""
        if self._stamp() != stamp & _MASK:
            raise self._stale("its task has ended")

    def view(self, offset: int, length: int) -> memoryview:
        if not _HEAD <= offset <= offset + length <= len(self._map):
            raise ContentReferenceError(
                f"Cannot read {self._path}: bytes {offset} to {offset + length} are not in its "
                f"{len(self._map)}"
            )
        return memoryview(self._map)[offset : offset + length]

    def is_gone(self) -> bool:
        """Returns whether nobody will ever use it again."""
        return self._stamp() == 0 and not os.path.exists(self._path)

    def _stamp(self) -> int:
        return int.from_bytes(self._map[_STAMP], "little")

    def _stale(self, reason: str) -> StaleReferenceError:
        return StaleReferenceError(
            f"Cannot read {self._path}: {reason}. A reference holds in the Python worker that gets it "
            "from the scan, and until its task ends: not after a shuffle, from a cache or a collect. "
            "Select the column content there. Where Python workers do not see the memory of their "
            "executor at all, set spark.s3dlio.sharedMemoryBudget to 0"
        )


_mapped: dict[str, Segment] = {}


def segment(path: str) -> Segment:
    """Returns a segment, mapped once a worker: the data source uses segments again."""
    found = _mapped.get(path)
    if found is None:
        for other in [name for name, known in _mapped.items() if known.is_gone()]:
            del _mapped[other]
        found = _mapped[path] = Segment(path)
    return found
