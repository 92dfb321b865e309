package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Takes an array's elements in Fortran order, the first axis fastest, piece by piece, and puts
 * those of a window to where they belong in C order, the last axis fastest.
 */
final class FortranOrder {
  private final int itemSize;
  private final long[] shape;

  /** How far apart, in bytes of C order, neighbours along each axis are. */
  private final long[] strides;

  /** Of the next element. */
  private final long[] index;

  private final long windowStart;
  private final ByteBuffer window;

  /**
   * @param shape of two axes or more, none of them of length 0
   * @param windowStart which byte in C order the window begins with
   * @param window its remaining bytes
   */
  FortranOrder(List<Long> shape, int itemSize, long windowStart, ByteBuffer window) {
    this.itemSize = itemSize;
    this.shape = shape.stream().mapToLong(Long::longValue).toArray();
    this.strides = new long[this.shape.length];
    long stride = itemSize;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= this.shape[axis];
    }
    this.index = new long[this.shape.length];
    this.windowStart = windowStart;
    this.window = window.slice();
  }

  /** Takes the next elements, which the buffer has from its position to its limit. */
  void accept(ByteBuffer elements) {
    int at = elements.position();
    while (at < elements.limit()) {
      int run = (int) Math.min(shape[0] - index[0], (elements.limit() - at) / itemSize);
      copyRun(elements, at, run);
      at += run * itemSize;
      advance(run);
    }
  }

  /** Copies neighbours along the first axis, as many of them as lie in the window. */
  private void copyRun(ByteBuffer elements, int at, int run) {
    long start = -windowStart;
    for (int axis = 0; axis < index.length; axis++) {
      start += index[axis] * strides[axis];
    }
    long stride = strides[0];
    long first = start < 0 ? (-start + stride - 1) / stride : 0;
    long last = start >= window.limit() ? 0 : (window.limit() - start - 1) / stride + 1;
    int end = (int) Math.min(run, last);
    for (int i = (int) Math.min(run, first); i < end; i++) {
      copy(elements, at + i * itemSize, (int) (start + i * stride));
    }
  }

  private void copy(ByteBuffer elements, int from, int to) {
    switch (itemSize) {
      case Byte.BYTES -> window.put(to, elements.get(from));
      case Short.BYTES -> window.putShort(to, elements.getShort(from));
      case Integer.BYTES -> window.putInt(to, elements.getInt(from));
      case Long.BYTES -> window.putLong(to, elements.getLong(from));
      default -> window.put(to, elements, from, itemSize);
    }
  }

  private void advance(int run) {
    index[0] += run;
    for (int axis = 0; index[axis] == shape[axis] && axis < index.length - 1; axis++) {
      index[axis] = 0;
      index[axis + 1]++;
    }
  }
}
