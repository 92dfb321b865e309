"""What reading a reference may raise."""


class ContentReferenceError(OSError):
    """Content cannot be had by its reference."""


class StaleReferenceError(ContentReferenceError):
    """What a reference names is not there any more, or is another version."""
