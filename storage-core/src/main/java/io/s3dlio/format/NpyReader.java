package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads one array of an NPY file (versions 1, 2 and 3), which is an object or a member of an {@link
 * NpzReader NPZ} object. Whatever its byte order and layout, its elements come little-endian and in
 * C order, the last axis fastest. Thread-safe.
 */
public final class NpyReader implements ArrayReader {
  /** What is read of an object to find the header, in bytes: about what one request is worth. */
  static final int HEAD_CHUNK = 4 << 10;

  private static final int CHUNK = 256 << 10;

  private final NpyFile file;
  private final NpyHeader header;

  private NpyReader(NpyFile file, NpyHeader header) {
    this.file = file;
    this.header = header;
  }

  /**
   * Reads an object's header. Bytes that follow the array are left alone, as numpy does.
   *
   * @throws CorruptException if it is no NPY file, or ends before its array does
   * @throws UnsupportedFormatException if the array is structured or holds Python objects
   */
  public static NpyReader open(ObjectReader reader, ObjectInfo object) throws IOException {
    SourceObject source = new SourceObject(reader, object);
    return open(
        new NpyFile() {
          @Override
          public long length() {
            return source.length();
          }

          @Override
          public OptionalLong storedAt() {
            return OptionalLong.of(0);
          }

          @Override
          public ByteCursor open(int chunk) {
            return new RangeCursor(source, 0, source.length(), chunk);
          }
        });
  }

  static NpyReader open(NpyFile file) throws IOException {
    try (ByteCursor cursor = file.open(HEAD_CHUNK)) {
      return new NpyReader(file, NpyHeader.read(cursor, file.length()));
    }
  }

  /** Returns what the file says of its array. */
  public NpyHeader header() {
    return header;
  }

  @Override
  public NpyDtype dtype() {
    return header.dtype();
  }

  @Override
  public List<Long> shape() {
    return header.shape();
  }

  @Override
  public long dataLength() {
    return header.dataLength();
  }

  @Override
  public OptionalLong plainDataOffset() {
    boolean plain = isInCOrder() && !header.dtype().bigEndian();
    return plain && file.storedAt().isPresent()
        ? OptionalLong.of(file.storedAt().getAsLong() + header.dataOffset())
        : OptionalLong.empty();
  }

  /**
   * Fills the target with elements. Of arrays in Fortran order 16 MiB at most are held besides, or
   * one element where that is more. Of those the whole is read each time, and of compressed arrays
   * all that stands before.
   */
  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    int length = target.remaining();
    Elements.require(this, offset, target);
    ByteBuffer bytes = target.slice();
    try (ByteCursor cursor = file.open(length < CHUNK ? HEAD_CHUNK : CHUNK)) {
      cursor.skip(header.dataOffset());
      if (isInCOrder()) {
        cursor.skip(offset);
        cursor.read(bytes);
        swap(bytes.flip());
      } else {
        transpose(cursor, offset, bytes);
      }
      cursor.finish();
    }
    target.position(target.limit());
  }

  private void transpose(ByteCursor cursor, long offset, ByteBuffer target) throws IOException {
    int itemSize = header.dtype().itemSize();
    if (!target.hasRemaining()) {
      return;
    }
    FortranOrder order = new FortranOrder(header.shape(), itemSize, offset, target);
    long chunk = Math.min(header.dataLength(), order.chunkLength());
    try (BufferLease lease = BufferPool.shared().acquire(chunk)) {
      ByteBuffer buffer = lease.buffer();
      for (long left = header.dataLength(); left > 0; left -= buffer.limit()) {
        buffer.clear().limit((int) Math.min(chunk, left));
        cursor.read(buffer);
        swap(buffer.flip());
        order.accept(buffer);
      }
    }
  }

  private void swap(ByteBuffer buffer) {
    if (header.dtype().bigEndian()) {
      ByteSwap.swap(buffer, header.dtype().swapUnit());
    }
  }

  /** Where at most one axis is longer than 1, both orders are the same. */
  private boolean isInCOrder() {
    return !header.fortranOrder()
        || header.shape().stream().filter(length -> length > 1).count() <= 1;
  }
}
