"""Content as arrays and tensors."""

from __future__ import annotations

import warnings
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
    content: memoryview,
    dtype: torch.dtype | str = "uint8",
    shape: tuple[int, ...] | None = None,
    *,
    copy: bool = True,
) -> torch.Tensor:
    """Returns a PyTorch tensor of the content, on the CPU.

    PyTorch has no read-only tensors, and content in shared memory is mapped read-only: whoever
    writes to a tensor over it, be it by ``x.add_(1)``, ends the worker (SIGSEGV). So the tensor is
    a copy, the caller's own, unless asked otherwise.

    Args:
        content: what :func:`contents` yields, or any other buffer.
        dtype: of the tensor's elements, as ``torch.float32`` or ``"float32"``.
        shape: of the tensor; one dimension if it is None.
        copy: False for a tensor over the content itself, which nothing may write to, and which is
            good for as long as the view is: until its task ends.

    Raises:
        ImportError: if PyTorch is not installed in this Python.
        ValueError: if dtype names none, or the content's size does not fit dtype and shape.
    """
    try:
        import torch
    except ModuleNotFoundError as e:
        if e.name != "torch":
            raise
        raise ImportError(
            "Cannot make a tensor: PyTorch is not installed in this Python (the one of the "
            "executors' workers needs it)"
        ) from e

    kind = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
    if not isinstance(kind, torch.dtype):
        raise ValueError(f"Invalid dtype: {dtype!r} (must be one of PyTorch's, as 'float32')")
    view = memoryview(content)
    if view.nbytes == 0:  # PyTorch takes no empty buffer.
        tensor = torch.empty(0, dtype=kind)
    elif copy:
        tensor = torch.frombuffer(bytearray(view), dtype=kind)
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given buffer is not writable")
            tensor = torch.frombuffer(view, dtype=kind)
    if shape is None:
        return tensor
    try:
        return tensor.reshape(shape)
    except RuntimeError as e:
        raise ValueError(f"Invalid shape: {shape} ({e})") from e
