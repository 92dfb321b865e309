package io.s3dlio.spark.read;

import io.s3dlio.spark.config.SplitLocation;
import io.s3dlio.storage.Location;
import java.io.Serializable;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * A split: neighbouring rows of a table of objects. A row is a whole object or, past {@code
 * chunkBytes}, one chunk of it; a split may begin and end between two chunks of an object.
 *
 * <p>On the driver it is a view of the listing. It travels as a few bytes an object and arrives
 * with a table of its own objects alone.
 */
final class S3dlioInputPartition implements InputPartition, SplitLocation {
  private static final long serialVersionUID = 1L;

  private final transient ObjectTable objects;
  private final transient int first;
  private final transient long firstOffset;
  private final transient int end;
  private final transient long endOffset;
  private final transient long chunkBytes;

  /**
   * @param first the first object
   * @param firstOffset where in the first object the first row begins
   * @param end the object after the last
   * @param endOffset where in the last object the last row ends
   * @param chunkBytes the most bytes of a row
   */
  S3dlioInputPartition(
      ObjectTable objects, int first, long firstOffset, int end, long endOffset, long chunkBytes) {
    this.objects = objects;
    this.first = first;
    this.firstOffset = firstOffset;
    this.end = end;
    this.endOffset = endOffset;
    this.chunkBytes = chunkBytes;
  }

  ObjectTable objects() {
    return objects;
  }

  long chunkBytes() {
    return chunkBytes;
  }

  @Override
  public Location commonPrefix() {
    return objects.prefix();
  }

  int first() {
    return first;
  }

  /** Returns whether it is one object, the whole of it. */
  boolean isOneObject() {
    return end == first + 1 && firstOffset == 0 && endOffset == objects.length(first);
  }

  /** Returns a part of the one object that this is. */
  S3dlioInputPartition part(long start, long partEnd) {
    return new S3dlioInputPartition(objects, first, start, end, partEnd, chunkBytes);
  }

  /** Returns this with rows of other sizes. */
  S3dlioInputPartition inChunks(long bytes) {
    return new S3dlioInputPartition(objects, first, firstOffset, end, endOffset, bytes);
  }

  /** Returns where in an object the split ends. */
  long end(int object) {
    return object == end - 1 ? endOffset : objects.length(object);
  }

  RowCursor rows() {
    return new RowCursor(objects, first, firstOffset, end, endOffset, chunkBytes);
  }

  private Object writeReplace() {
    VarintWriter out = new VarintWriter();
    out.number(firstOffset);
    out.number(endOffset);
    out.number(chunkBytes);
    objects.encode(first, end, out);
    return new Encoded(out.toByteArray());
  }

  @Override
  public String toString() {
    return "s3dlio split of %d objects below %s".formatted(end - first, objects.prefix());
  }

  private static final class Encoded implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;

    Encoded(byte[] bytes) {
      this.bytes = bytes;
    }

    private Object readResolve() {
      VarintReader in = new VarintReader(bytes);
      long firstOffset = in.number();
      long endOffset = in.number();
      long chunkBytes = in.number();
      ObjectTable objects = ObjectTable.decode(in);
      return new S3dlioInputPartition(
          objects, 0, firstOffset, objects.size(), endOffset, chunkBytes);
    }
  }
}
