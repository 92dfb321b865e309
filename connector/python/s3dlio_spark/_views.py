"""Content as arrays and tensors, without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import torch


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


def as_torch(
    content: memoryview, dtype: torch.dtype | None = None, shape: tuple[int, ...] | None = None
) -> torch.Tensor:
    """Returns a torch tensor over the content, which must not be written to.

    Args:
        content: what :func:`contents` yields, or any other buffer.
        dtype: of the tensor's elements; ``torch.uint8`` if it is None.
        shape: of the tensor; one dimension if it is None.

    Raises:
        ValueError: if the content's size does not fit the dtype.
        RuntimeError: if it does not fit the shape.
    """
    import warnings

    import torch

    with warnings.catch_warnings():
        # torch has no read-only tensors and says so.
        warnings.filterwarnings("ignore", message="The given buffer is not writable")
        tensor = torch.frombuffer(content, dtype=torch.uint8 if dtype is None else dtype)
    return tensor if shape is None else tensor.reshape(shape)
