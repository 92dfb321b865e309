package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Bytes of a source between others that are in memory. */
final class FramedBytes implements ObjectSource {
  private final byte[] head;
  private final ObjectSource inner;
  private final byte[] tail;

  /** Keeps the arrays, which nobody changes any more. */
  FramedBytes(byte[] head, ObjectSource inner, byte[] tail) {
    this.head = head;
    this.inner = inner;
    this.tail = tail;
  }

  @Override
  public long length() {
    return head.length + inner.length() + tail.length;
  }

  @Override
  public void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length());
    long at = offset;
    if (at < head.length) {
      at += put(head, (int) at, target);
    }
    at -= head.length;
    if (target.hasRemaining() && at < inner.length()) {
      int count = (int) Math.min(target.remaining(), inner.length() - at);
      int limit = target.limit();
      inner.fill(at, target.limit(target.position() + count));
      target.limit(limit);
      at += count;
    }
    if (target.hasRemaining()) {
      put(tail, (int) (at - inner.length()), target);
    }
  }

  private static int put(byte[] bytes, int at, ByteBuffer target) {
    int count = Math.min(bytes.length - at, target.remaining());
    target.put(bytes, at, count);
    return count;
  }
}
