package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates a TFRecord object that is compressed as a whole. What was inflated before damage was
 * found is handed out first. The sums at the end of each part are compared.
 */
final class InflatedTfRecords implements TfRecordBytes {
  private static final int CHUNK = 256 << 10;

  /** The most that deflate makes of a byte. */
  private static final long MAX_RATIO = 1032;

  /** How much may be in the inflater, whatever is left of the object. */
  private static final long WINDOW = 64 << 10;

  // What stands before a member of gzip's.
  private static final int GZIP_HEAD = 10;
  private static final int GZIP_MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HAS_SUM = 1 << 1;
  private static final int HAS_EXTRA = 1 << 2;
  private static final int HAS_NAME = 1 << 3;
  private static final int HAS_COMMENT = 1 << 4;
  private static final int UNKNOWN = 7 << 5;

  private final RangeCursor source;
  private final boolean gzip;
  private final Inflater inflater;
  private final CRC32 sum = new CRC32();
  private boolean inside;
  private boolean ended;
  private @Nullable CorruptException damage;

  InflatedTfRecords(SourceObject object, TfRecordCompression compression) {
    this.gzip = compression == TfRecordCompression.GZIP;
    this.inflater = new Inflater(gzip);
    int chunk = (int) Math.max(1, Math.min(CHUNK, object.length()));
    this.source = new RangeCursor(object, 0, object.length(), chunk);
  }

  @Override
  public int read(ByteBuffer target, int least) throws IOException {
    int start = target.position();
    if (damage == null) {
      try {
        while (target.hasRemaining() && !ended) {
          inflate(target);
        }
      } catch (CorruptException e) {
        damage = e;
      }
    }
    int count = target.position() - start;
    if (damage != null && (count == 0 || count < least)) {
      throw damage;
    }
    if (count < least) {
      throw source.corrupt(
          "%d inflated bytes are needed here, there are %d".formatted(least, count));
    }
    return count;
  }

  private void inflate(ByteBuffer target) throws IOException {
    if (!inside) {
      begin();
      return;
    }
    int start = target.position();
    try {
      inflater.inflate(target);
    } catch (DataFormatException e) {
      throw source.corrupt("this is no deflated data: %s".formatted(e.getMessage()), e);
    }
    if (gzip) {
      sum.update(target.duplicate().flip().position(start));
    }
    if (inflater.finished()) {
      end();
    } else if (target.position() == start) {
      if (inflater.needsDictionary() || !inflater.needsInput()) {
        throw source.corrupt("this is no deflated data");
      }
      ByteBuffer input = source.buffered();
      if (!input.hasRemaining()) {
        throw source.corrupt("the deflated data are cut off");
      }
      inflater.setInput(input);
    }
  }

  /** Begins what is compressed, or another member of gzip's. */
  private void begin() throws IOException {
    if (source.remaining() == 0) {
      ended = true;
      return;
    }
    if (gzip) {
      skipGzipHead();
    }
    inflater.reset();
    sum.reset();
    inside = true;
  }

  private void skipGzipHead() throws IOException {
    ByteBuffer head = take(GZIP_HEAD);
    int magic = head.getShort() & 0xffff;
    int method = head.get() & 0xff;
    int flags = head.get() & 0xff;
    if (magic != GZIP_MAGIC || method != DEFLATE || (flags & UNKNOWN) != 0) {
      throw source.corrupt("no member of gzip's begins here");
    }
    if ((flags & HAS_EXTRA) != 0) {
      source.skip(take(Short.BYTES).getShort() & 0xffff);
    }
    skipText((flags & HAS_NAME) != 0);
    skipText((flags & HAS_COMMENT) != 0);
    source.skip((flags & HAS_SUM) != 0 ? Short.BYTES : 0);
  }

  private void skipText(boolean isThere) throws IOException {
    boolean more = isThere;
    while (more) {
      more = take(1).get() != 0;
    }
  }

  private void end() throws IOException {
    inside = false;
    if (gzip) {
      ByteBuffer tail = take(2 * Integer.BYTES);
      int stored = tail.getInt();
      int length = tail.getInt();
      if (stored != (int) sum.getValue() || length != (int) inflater.getBytesWritten()) {
        throw source.corrupt(
            "the CRC-32 of what ends here is %08x, not %08x, or its length is not %d"
                .formatted((int) sum.getValue(), stored, Integer.toUnsignedLong(length)));
      }
    } else if (source.remaining() > 0) {
      throw source.corrupt("%d bytes follow the compressed data".formatted(source.remaining()));
    }
  }

  private ByteBuffer take(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    source.read(bytes);
    return bytes.flip();
  }

  @Override
  public long wanted() {
    return most();
  }

  @Override
  public long most() {
    long compressed = Math.min(source.remaining(), Long.MAX_VALUE / (2 * MAX_RATIO));
    return ended ? 0 : (compressed + WINDOW) * MAX_RATIO;
  }

  @Override
  public CorruptException corrupt(long offset, String reason) {
    return source.corrupt(inflated(offset, reason));
  }

  @Override
  public CorruptException corrupt(long offset, String reason, Throwable cause) {
    return source.corrupt(inflated(offset, reason), cause);
  }

  @Override
  public UnsupportedFormatException unsupported(long offset, String reason) {
    return source.unsupported(inflated(offset, reason));
  }

  private static String inflated(long offset, String reason) {
    return "in what is inflated there, at byte %d: %s".formatted(offset, reason);
  }

  @Override
  public void close() {
    inflater.end();
    source.close();
  }
}
