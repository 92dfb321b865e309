"""One reference: where a row's content lies, and whether it is still that content."""

from __future__ import annotations

import os

from s3dlio_spark._errors import ContentReferenceError, StaleReferenceError
from s3dlio_spark._segments import Segment, segment

_FILE = "file:///"
_MEMORY = "memory:"

# Odd numbers, as the data source has them: a stamp is a function of a file's size, time and inode.
_SIZE_FACTOR = 0x9E3779B97F4A7C15
_TIME_FACTOR = 0xC2B2AE3D27D4EB4F
_INODE_FACTOR = 0x165667B19E3779F9
_MASK = (1 << 64) - 1


class Reference:
    """The fields of ``_content_ref``; either ``segment`` or ``inline`` is there."""

    __slots__ = ("segment", "offset", "length", "stamp", "inline", "is_shared")

    def __init__(
        self,
        segment: str | None,
        offset: int,
        length: int,
        stamp: int,
        inline: memoryview | None = None,
    ) -> None:
        self.segment = segment
        self.offset = offset
        self.length = length
        self.stamp = stamp
        self.inline = inline
        self.is_shared = segment is not None and segment.startswith(_MEMORY)

    def view(self) -> memoryview | None:
        """Returns the content, read-only, if it is in memory already.

        Raises:
            StaleReferenceError: if it was, and is not any more.
        """
        if self.inline is not None:
            return self.inline
        return self._memory().view(self.offset, self.length) if self.is_shared else None

    def is_followed_by(self, other: Reference) -> bool:
        """Returns whether the other one's content lies behind this one's in the same memory."""
        return (
            self.is_shared
            and other.segment == self.segment
            and other.stamp == self.stamp
            and other.offset == self.offset + self.length
        )

    def require_current(self) -> None:
        """Raises StaleReferenceError if what was viewed is not the content any more."""
        if self.is_shared:
            self._memory()

    def up_to(self, last: Reference) -> Reference:
        """Returns one reference to this content and what lies behind it, up to the last."""
        length = last.offset + last.length - self.offset
        return Reference(self.segment, self.offset, length, self.stamp)

    def _memory(self) -> Segment:
        assert self.segment is not None
        memory = segment(self.segment[len(_MEMORY) :])
        memory.require(self.stamp)
        return memory

    def read_into(self, target: memoryview) -> None:
        """Fills the target, which has the content's length.

        Raises:
            StaleReferenceError: if the segment is gone or is another version.
            ContentReferenceError: if it cannot be read.
        """
        view = self.view()
        if view is not None:
            target[:] = view
        elif self.segment is not None and self.segment.startswith(_FILE):
            self._read_file("/" + self.segment[len(_FILE) :], target)
        else:
            raise ContentReferenceError(
                f"Cannot read {self.segment}: this version of s3dlio_spark knows no such reference. "
                "Use the package that came with the data source's jar"
            )

    def _read_file(self, path: str, target: memoryview) -> None:
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as e:
            raise StaleReferenceError(
                f"Cannot read {self.segment}: it is not on this host, or was deleted since it was "
                "listed. References to files need the same file system on every host"
            ) from e
        except OSError as e:
            raise ContentReferenceError(f"Cannot read {self.segment}: {e.strerror}") from e
        try:
            self._require_listed(file)
            self._fill(file, target)
            # A file may also change while it is read.
            self._require_listed(file)
        finally:
            os.close(file)

    def _require_listed(self, file: int) -> None:
        now = os.fstat(file)
        stamp = (
            now.st_size * _SIZE_FACTOR + now.st_mtime_ns * _TIME_FACTOR + now.st_ino * _INODE_FACTOR
        )
        if (stamp - self.stamp) & _MASK:
            raise StaleReferenceError(
                f"Cannot read {self.segment}: it was written again since it was listed. List it again"
            )

    def _fill(self, file: int, target: memoryview) -> None:
        # Nearly always all at once.
        done = os.preadv(file, [target], self.offset) if target else 0
        while done < len(target):
            count = os.preadv(file, [target[done:]], self.offset + done)
            if count == 0:
                raise StaleReferenceError(
                    f"Cannot read {self.segment}: it ended {len(target) - done} bytes before the "
                    "content does. List it again"
                )
            done += count
