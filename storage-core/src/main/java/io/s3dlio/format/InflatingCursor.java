package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads what a part of an object holds compressed by deflate, no more than a given length. */
final class InflatingCursor implements ByteCursor {
  private static final int SCRATCH = 16 << 10;

  private final RangeCursor source;
  private final Inflater inflater = new Inflater(true);
  private long left;

  /**
   * @param source the compressed bytes; closed with this
   * @param length how many bytes they are said to become
   */
  InflatingCursor(RangeCursor source, long length) {
    this.source = source;
    this.left = length;
  }

  @Override
  public void read(ByteBuffer target) throws IOException {
    require(target.remaining());
    while (target.hasRemaining()) {
      left -= inflate(target);
    }
  }

  private int inflate(ByteBuffer target) throws IOException {
    int count;
    try {
      count = inflater.inflate(target);
    } catch (DataFormatException e) {
      throw source.corrupt("this is no deflated data: %s".formatted(e.getMessage()), e);
    }
    if (count == 0) {
      if (inflater.finished()) {
        throw corrupt("the deflated data end %d bytes too early".formatted(left));
      }
      if (inflater.needsDictionary() || !inflater.needsInput()) {
        throw corrupt("this is no deflated data");
      }
      ByteBuffer input = source.buffered();
      if (!input.hasRemaining()) {
        throw corrupt("the deflated data are cut off");
      }
      inflater.setInput(input);
    }
    return count;
  }

  @Override
  public void skip(long count) throws IOException {
    require(count);
    if (count > 0) {
      ByteBuffer scratch = ByteBuffer.allocate((int) Math.min(SCRATCH, count));
      for (long rest = count; rest > 0; rest -= scratch.limit()) {
        read(scratch.clear().limit((int) Math.min(scratch.capacity(), rest)));
      }
    }
  }

  @Override
  public void finish() {}

  private void require(long count) throws CorruptException {
    if (count < 0 || count > left) {
      throw corrupt("%d inflated bytes are needed here, there are %d".formatted(count, left));
    }
  }

  @Override
  public CorruptException corrupt(String reason) {
    return source.corrupt(reason);
  }

  @Override
  public UnsupportedFormatException unsupported(String reason) {
    return source.unsupported(reason);
  }

  @Override
  public void close() {
    inflater.end();
    source.close();
  }
}
