package io.s3dlio.format;

/** A message is none of protobuf's. Becomes a failure that names the object. */
final class MalformedProtoException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * @param position which byte of the buffer that holds the message
   */
  MalformedProtoException(int position, String reason) {
    super(reason);
    this.position = position;
  }

  int position() {
    return position;
  }
}
