package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.buffer.SegmentLease;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.execution.vectorized.OnHeapColumnVector;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Content by reference: what a row tells Python instead of the bytes. Of a file on {@code file://}
 * it is the file's own location, where in it the content lies, and a stamp of the version that was
 * listed, by which the reader sees that the file is still that one. Any other content was read into
 * memory that Python maps: the reference names its file, and the stamp is that of the task that has
 * it. Where there is no such memory, the content stands in the reference itself. The Python package
 * {@code s3dlio_spark} reads all three.
 */
final class ContentRef {
  /** The field of the location of what holds the bytes; null if they stand in {@link #INLINE}. */
  static final String SEGMENT = "segment";

  /** The field of where in the segment the content begins. */
  static final String OFFSET = "offset";

  /** The field of the content's size. */
  static final String LENGTH = "length";

  /** The field of what the segment's version must come to. */
  static final String STAMP = "stamp";

  /** The field of the bytes themselves; null if there is a segment. */
  static final String INLINE = "inline";

  static final StructType TYPE =
      new StructType()
          .add(SEGMENT, DataTypes.StringType, true)
          .add(OFFSET, DataTypes.LongType, false)
          .add(LENGTH, DataTypes.LongType, false)
          .add(STAMP, DataTypes.LongType, false)
          .add(INLINE, DataTypes.BinaryType, true);

  /** Begins the location of shared memory; the rest is a path. */
  private static final String MEMORY = "memory:";

  // Odd, so that each number of a version alone tells two stamps apart. The same in Python.
  private static final long SIZE_FACTOR = 0x9E3779B97F4A7C15L;
  private static final long TIME_FACTOR = 0xC2B2AE3D27D4EB4FL;
  private static final long INODE_FACTOR = 0x165667B19E3779F9L;

  private ContentRef() {}

  /** Returns whether references to objects at a location name the objects' own files. */
  static boolean namesFiles(Location location) {
    return location.scheme().equals("file");
  }

  static boolean namesFiles(List<Location> locations) {
    return locations.stream().allMatch(ContentRef::namesFiles);
  }

  private static boolean namesFiles(LoadedBatch batch) {
    return namesFiles(batch.rows().objects().prefix());
  }

  /** Returns whether a batch's references hold the content itself. */
  static boolean isInline(LoadedBatch batch) {
    return !namesFiles(batch) && batch.segment().isEmpty();
  }

  /** Returns the location of what holds a row's content, in UTF-8; not if that is inline. */
  static byte[] segment(LoadedBatch batch, int row) {
    RowBatch rows = batch.rows();
    return namesFiles(batch)
        ? rows.objects().path(rows.object(row))
        : (MEMORY + batch.segment().orElseThrow().file()).getBytes(UTF_8);
  }

  static long offset(LoadedBatch batch, int row) {
    RowBatch rows = batch.rows();
    return namesFiles(batch)
        ? rows.offset(row)
        : batch.segment().map(segment -> segment.offset() + (long) rows.start(row)).orElse(0L);
  }

  static long stamp(LoadedBatch batch, int row) {
    RowBatch rows = batch.rows();
    return namesFiles(batch)
        ? stamp(rows.objects().etag(rows.object(row)))
        : batch.segment().map(SegmentLease::stamp).orElse(0L);
  }

  /** Returns the stamp of a local file's version: a function of its size, time and inode. */
  static long stamp(String etag) {
    String[] numbers = etag.split("-", 4);
    if (numbers.length != 3) {
      throw new IllegalArgumentException("Invalid version of a file: '%s'".formatted(etag));
    }
    return SIZE_FACTOR * Long.parseUnsignedLong(numbers[0], 16)
        + TIME_FACTOR * Long.parseUnsignedLong(numbers[1], 16)
        + INODE_FACTOR * Long.parseUnsignedLong(numbers[2], 16);
  }

  /** Returns a row's reference; inline content is copied. */
  static InternalRow row(LoadedBatch batch, int row) {
    boolean inline = isInline(batch);
    return new GenericInternalRow(
        new Object[] {
          inline ? null : UTF8String.fromBytes(segment(batch, row)),
          offset(batch, row),
          batch.rows().length(row),
          stamp(batch, row),
          inline ? batch.copy(row) : null
        });
  }

  /** Returns references that hold these values, in memory that the garbage collector owns. */
  static ColumnVector column(byte[][] values) {
    OnHeapColumnVector refs = new OnHeapColumnVector(values.length, TYPE);
    for (int row = 0; row < values.length; row++) {
      refs.getChild(TYPE.fieldIndex(SEGMENT)).putNull(row);
      refs.getChild(TYPE.fieldIndex(OFFSET)).putLong(row, 0);
      refs.getChild(TYPE.fieldIndex(LENGTH)).putLong(row, values[row].length);
      refs.getChild(TYPE.fieldIndex(STAMP)).putLong(row, 0);
      refs.getChild(TYPE.fieldIndex(INLINE)).putByteArray(row, values[row]);
    }
    return refs;
  }
}
