"""Content as arrays, without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def as_numpy(
    content: memoryview, dtype: Any = "uint8", shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """Returns a read-only NumPy array over the content.

    Args:
        content: what :func:`contents` yields, or any other buffer.
        dtype: of the array's elements.
        shape: of the array; one dimension if it is None.

    Raises:
        ValueError: if the content's size does not fit dtype and shape.
    """
    import numpy as np

    array = np.frombuffer(content, dtype=dtype)
    array.flags.writeable = False
    return array if shape is None else array.reshape(shape)
