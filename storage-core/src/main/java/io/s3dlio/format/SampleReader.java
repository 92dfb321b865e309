package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads an array sample by sample: by its index along one axis. Where samples do not lie one after
 * the other in the array, or more of it is decoded together than is read at once, the first read
 * holds the whole array until this is closed. Thread-safe.
 */
public final class SampleReader implements AutoCloseable {
  /** Elements that are next to each other are moved in tiles, which stay in the cache. */
  private static final int TILE = 64;

  private final ArrayReader array;
  private final List<Long> sampleShape;
  private final long samples;
  private final long sampleLength;

  /** How many bytes of a sample lie side by side in the array. */
  private final long run;

  private @Nullable BufferLease whole;
  private boolean closed;

  private SampleReader(ArrayReader array, long samples, List<Long> sampleShape, int runAxis) {
    this.array = array;
    this.samples = samples;
    this.sampleShape = List.copyOf(sampleShape);
    int itemSize = array.dtype().itemSize();
    this.run = product(sampleShape.subList(runAxis, sampleShape.size()), itemSize);
    this.sampleLength = product(sampleShape, itemSize);
  }

  /** Returns a reader of the whole array as one sample. */
  public static SampleReader ofWhole(ArrayReader array) {
    return new SampleReader(array, 1, array.shape(), 0);
  }

  /**
   * @param axis which numbers samples; from 0, or from -1 for the last down
   * @throws IllegalArgumentException if the array has no such axis, or has to be held whole and is
   *     larger than any buffer
   */
  public static SampleReader of(ArrayReader array, int axis) {
    int axes = array.shape().size();
    if (axis < -axes || axis >= axes) {
      throw new IllegalArgumentException(
          "Invalid axis: %d (the array has %d)".formatted(axis, axes));
    }
    int from = axis < 0 ? axes + axis : axis;
    List<Long> shape = new ArrayList<>(array.shape());
    long samples = shape.remove(from);
    SampleReader reader = new SampleReader(array, samples, shape, from);
    if (!reader.isSideBySide() && array.dataLength() > BufferPool.MAX_SIZE) {
      throw new IllegalArgumentException(
          "Invalid axis: %d (samples along it do not lie side by side, and %d bytes are too many to"
                  .formatted(axis, array.dataLength())
              + " be held at once)");
    }
    return reader;
  }

  /** An array without elements may have axes of any length. */
  private static long product(List<Long> shape, int itemSize) {
    if (shape.contains(0L)) {
      return 0;
    }
    long product = itemSize;
    for (long length : shape) {
      try {
        product = Math.multiplyExact(product, length);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("Invalid shape: %s is too large".formatted(shape), e);
      }
    }
    return product;
  }

  /** Returns how many samples there are. */
  public long samples() {
    return samples;
  }

  /** Returns the length of a sample along each of its axes: the array's, but one. */
  public List<Long> sampleShape() {
    return sampleShape;
  }

  /** Returns how many bytes a sample has. */
  public long sampleLength() {
    return sampleLength;
  }

  /**
   * Returns where in the object the first sample begins, the others following it, so that they can
   * be read from there by whoever likes; empty if they do not lie there as {@link #read} brings
   * them.
   */
  public OptionalLong plainDataOffset() {
    return isSideBySide() ? array.plainDataOffset() : OptionalLong.empty();
  }

  /** Returns whether reading so many bytes takes no more of the array, or no buffer holds it. */
  private boolean isReadAlone(int length) {
    return isSideBySide()
        && (samples == 1
            || array.granularity() <= length
            || array.dataLength() > BufferPool.MAX_SIZE);
  }

  private boolean isSideBySide() {
    return run == sampleLength || samples == 1;
  }

  /**
   * Fills the target with samples, each in C order.
   *
   * @param first the first of them
   * @param target direct; as long as some samples, which are there. Undefined after a failure
   * @throws CorruptException if the bytes are not what the file says of them
   */
  public void read(long first, ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return;
    }
    if (isReadAlone(target.remaining())) {
      array.read(first * sampleLength, target);
      return;
    }
    ByteBuffer from = whole().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int count = Math.toIntExact(target.remaining() / sampleLength);
    if (isSideBySide()) {
      from.position(Math.toIntExact(first * sampleLength));
      target.put(from.limit(from.position() + target.remaining()));
    } else {
      gather(from, Math.toIntExact(first), count, target.slice().order(ByteOrder.LITTLE_ENDIAN));
      target.position(target.limit());
    }
  }

  /** The array is held, and so its length and each number in here is that of a buffer. */
  private void gather(ByteBuffer from, int first, int count, ByteBuffer to) {
    int bytes = (int) run;
    int runs = (int) (sampleLength / run);
    int stride = (int) samples * bytes;
    int length = (int) sampleLength;
    for (int tile = 0; tile < runs; tile += TILE) {
      int tileEnd = Math.min(runs, tile + TILE);
      for (int block = 0; block < count; block += TILE) {
        int blockEnd = Math.min(count, block + TILE);
        for (int sample = block; sample < blockEnd; sample++) {
          int source = tile * stride + (first + sample) * bytes;
          int target = sample * length + tile * bytes;
          move(from, source, stride, to, target, tileEnd - tile, bytes);
        }
      }
    }
  }

  private static void move(
      ByteBuffer from, int source, int stride, ByteBuffer to, int target, int runs, int bytes) {
    for (int i = 0; i < runs; i++) {
      int at = source + i * stride;
      int into = target + i * bytes;
      switch (bytes) {
        case Byte.BYTES -> to.put(into, from.get(at));
        case Short.BYTES -> to.putShort(into, from.getShort(at));
        case Integer.BYTES -> to.putInt(into, from.getInt(at));
        case Long.BYTES -> to.putLong(into, from.getLong(at));
        default -> to.put(into, from, at, bytes);
      }
    }
  }

  private synchronized ByteBuffer whole() throws IOException {
    if (closed) {
      throw new IllegalStateException("Cannot read samples: the reader was closed");
    }
    if (whole == null) {
      whole = read();
    }
    return whole.buffer();
  }

  private BufferLease read() throws IOException {
    BufferLease lease = BufferPool.shared().acquire(array.dataLength());
    boolean done = false;
    try {
      array.read(0, lease.buffer());
      lease.buffer().flip();
      done = true;
      return lease;
    } finally {
      if (!done) {
        lease.close();
      }
    }
  }

  /** Gives the memory back. Nothing is read any more. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    if (whole != null) {
      whole.close();
      whole = null;
    }
  }
}
