package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Takes an array's elements in Fortran order, the first axis fastest, piece by piece, and puts
 * those of a window to where they belong in C order, the last axis fastest.
 *
 * <p>Neighbours along the first axis are far apart in the window: one after the other, each of them
 * would cost a line of the processor's cache. So where the window is the whole array, and some
 * slices of it (all elements with one index along the last axis) fit a piece, elements are moved in
 * tiles, which are a few neighbours along the first axis of all the piece's slices.
 */
final class FortranOrder {
  /** How many bytes a piece has at least, if there are so many. */
  private static final int CHUNK = 256 << 10;

  /** How many bytes a piece has at most, or one element. */
  static final int MAX_CHUNK = 16 << 20;

  /** How many bytes of a slice's neighbours should be written side by side: a cache line. */
  private static final int LINE = 64;

  private static final int TILE = 16;

  private final int itemSize;
  private final long[] shape;

  /** How far apart, in bytes of C order, neighbours along each axis are. */
  private final long[] strides;

  /** Of the next element. */
  private final long[] index;

  /** Where in C order the next element is, in bytes. */
  private long position;

  private final long windowStart;
  private final ByteBuffer window;
  private final long sliceLength;
  private final boolean inTiles;

  /**
   * @param shape of two axes or more, none of them of length 0
   * @param itemSize of an element, in bytes; not 0
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
    this.sliceLength = stride / this.shape[this.shape.length - 1];
    this.inTiles = this.window.limit() == stride && sliceLength <= MAX_CHUNK;
  }

  /** Returns how many bytes each piece is to have, but for the last: whole elements. */
  int chunkLength() {
    if (!inTiles) {
      return Math.max(CHUNK / itemSize, 1) * itemSize;
    }
    long wanted = Math.max(CHUNK, (LINE + itemSize - 1) / itemSize * sliceLength);
    return (int) (Math.max(1, Math.min(wanted, MAX_CHUNK) / sliceLength) * sliceLength);
  }

  /**
   * Takes the next elements.
   *
   * @param elements from its beginning to its limit; whole slices where the window is the whole
   *     array and slices are no longer than {@link #MAX_CHUNK}
   */
  void accept(ByteBuffer elements) {
    if (inTiles) {
      acceptSlices(elements);
    } else {
      acceptRuns(elements);
    }
  }

  private void acceptSlices(ByteBuffer elements) {
    int last = shape.length - 1;
    int slices = (int) (elements.limit() / sliceLength);
    int at = 0;
    while (at < sliceLength) {
      int run = (int) shape[0];
      int to = (int) position;
      for (int i = 0; i < run; i += TILE) {
        int count = Math.min(TILE, run - i);
        for (int slice = 0; slice < slices; slice++) {
          copy(
              elements,
              at + i * itemSize + slice * (int) sliceLength,
              to + i * (int) strides[0] + slice * itemSize,
              (int) strides[0],
              count);
        }
      }
      at += run * itemSize;
      // The index along the last axis stays until all of the slices were moved.
      advance(run, last);
    }
    position += (long) slices * itemSize - shape[last - 1] * strides[last - 1];
    index[last - 1] = 0;
    index[last] += slices;
  }

  private void acceptRuns(ByteBuffer elements) {
    int at = 0;
    while (at < elements.limit()) {
      int run = (int) Math.min(shape[0] - index[0], (elements.limit() - at) / itemSize);
      copyRun(elements, at, run);
      at += run * itemSize;
      advance(run, shape.length);
    }
  }

  /** Copies neighbours along the first axis, as many of them as lie in the window. */
  private void copyRun(ByteBuffer elements, int at, int run) {
    long start = position - windowStart;
    long stride = strides[0];
    long first = start < 0 ? (-start + stride - 1) / stride : 0;
    long end = start >= window.limit() ? 0 : (window.limit() - start - 1) / stride + 1;
    long count = Math.min(run, end) - first;
    if (count > 0) {
      // A single element's neighbour may be farther than a buffer goes.
      int step = count == 1 ? 0 : (int) stride;
      copy(
          elements, at + (int) first * itemSize, (int) (start + first * stride), step, (int) count);
    }
  }

  /** Copies neighbours to places that are {@code step} bytes apart. */
  private void copy(ByteBuffer elements, int from, int to, int step, int count) {
    switch (itemSize) {
      case Byte.BYTES -> {
        for (int i = 0; i < count; i++) {
          window.put(to + i * step, elements.get(from + i));
        }
      }
      case Short.BYTES -> {
        for (int i = 0; i < count; i++) {
          window.putShort(to + i * step, elements.getShort(from + i * Short.BYTES));
        }
      }
      case Integer.BYTES -> {
        for (int i = 0; i < count; i++) {
          window.putInt(to + i * step, elements.getInt(from + i * Integer.BYTES));
        }
      }
      case Long.BYTES -> {
        for (int i = 0; i < count; i++) {
          window.putLong(to + i * step, elements.getLong(from + i * Long.BYTES));
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          window.put(to + i * step, elements, from + i * itemSize, itemSize);
        }
      }
    }
  }

  /** Goes on along the first axis, and from each axis' end along the next of so many axes. */
  private void advance(int run, int axes) {
    index[0] += run;
    position += run * strides[0];
    for (int axis = 0; index[axis] == shape[axis] && axis < axes - 1; axis++) {
      position += strides[axis + 1] - shape[axis] * strides[axis];
      index[axis] = 0;
      index[axis + 1]++;
    }
  }
}
