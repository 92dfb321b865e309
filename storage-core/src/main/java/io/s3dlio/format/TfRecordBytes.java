package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of TFRecords, from the first that is wanted on. Not thread-safe. */
interface TfRecordBytes extends AutoCloseable {
  /**
   * Reads on, as far as there is room in the target and records that are wanted begin.
   *
   * @param target direct
   * @param least how many bytes are needed
   * @return how many came; 0 if none is needed, and no other record begins
   * @throws CorruptException if the bytes end before
   */
  int read(ByteBuffer target, int least) throws IOException;

  /** Returns for how many bytes of wanted records a buffer is worth while. */
  long wanted();

  /** Returns how many bytes may follow at most, those of records that are not wanted included. */
  long most();

  /**
   * Returns a failure that names the place.
   *
   * @param offset how many bytes are before it
   */
  CorruptException corrupt(long offset, String reason);

  /** Returns a failure as the other does. */
  CorruptException corrupt(long offset, String reason, Throwable cause);

  /** Returns a failure as {@link #corrupt} does. */
  UnsupportedFormatException unsupported(long offset, String reason);

  /** Gives the memory back. Idempotent. */
  @Override
  void close();

  /** Those of an object that is not compressed. */
  final class Plain implements TfRecordBytes {
    private final SourceObject object;
    private final long end;
    private long next;

    Plain(SourceObject object, TfRecordSplit split) {
      this.object = object;
      this.next = split.start();
      this.end = split.end();
    }

    @Override
    public int read(ByteBuffer target, int least) throws IOException {
      // Nothing that belongs to the next split is read, but the end of a record of this.
      int count = (int) Math.max(least, Math.min(target.remaining(), end - next));
      if (count <= 0) {
        return 0;
      }
      ByteBuffer bytes = target.slice(target.position(), count);
      object.read(next, bytes);
      target.position(target.position() + count);
      next += count;
      return count;
    }

    @Override
    public long wanted() {
      return end - next;
    }

    @Override
    public long most() {
      return object.length() - next;
    }

    @Override
    public CorruptException corrupt(long offset, String reason) {
      return object.corrupt(offset, reason);
    }

    @Override
    public CorruptException corrupt(long offset, String reason, Throwable cause) {
      return object.corrupt(offset, reason, cause);
    }

    @Override
    public UnsupportedFormatException unsupported(long offset, String reason) {
      return object.unsupported(offset, reason);
    }

    @Override
    public void close() {}
  }
}
