package io.s3dlio.spark.read;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The rows of one batch, and where the content of each lies in the batch's memory: one after the
 * other, without gaps. Immutable.
 */
final class RowBatch {
  private final ObjectTable objects;
  private final long chunkBytes;
  private final int[] rowObjects;
  private final long[] offsets;
  private final int[] ends;

  private RowBatch(
      ObjectTable objects, long chunkBytes, int[] rowObjects, long[] offsets, int[] ends) {
    this.objects = objects;
    this.chunkBytes = chunkBytes;
    this.rowObjects = rowObjects;
    this.offsets = offsets;
    this.ends = ends;
  }

  int rows() {
    return rowObjects.length;
  }

  ObjectTable objects() {
    return objects;
  }

  /** Returns which object a row is of. */
  int object(int row) {
    return rowObjects[row];
  }

  /** Returns where in its object the row begins. */
  long offset(int row) {
    return offsets[row];
  }

  /** Returns the row's number in the order of the whole read, where rows are numbered. */
  long number(int row) {
    return objects.row(object(row), offset(row), chunkBytes);
  }

  /** Returns how many bytes of its object the row is, be they read or not. */
  long length(int row) {
    return Math.min(chunkBytes, objects.length(object(row)) - offset(row));
  }

  /** Returns where in the batch's memory the row's content begins. */
  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  /** Returns where in the batch's memory the row's content ends. */
  int end(int row) {
    return ends[row];
  }

  int size(int row) {
    return end(row) - start(row);
  }

  /** Returns the content of all rows together, in bytes. */
  int bytes() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  /** Returns the batch without the rows of some objects, moved together. */
  RowBatch without(IntPredicate missing) {
    Builder kept = new Builder(objects, chunkBytes);
    for (int row = 0; row < rows(); row++) {
      if (!missing.test(object(row))) {
        kept.add(object(row), offset(row), size(row));
      }
    }
    return kept.build();
  }

  /** Collects rows. */
  static final class Builder {
    private final ObjectTable objects;
    private final long chunkBytes;
    private int[] rowObjects = new int[16];
    private long[] offsets = new long[16];
    private int[] ends = new int[16];
    private int rows;

    /**
     * @param chunkBytes the most bytes of a row
     */
    Builder(ObjectTable objects, long chunkBytes) {
      this.objects = objects;
      this.chunkBytes = chunkBytes;
    }

    int rows() {
      return rows;
    }

    int bytes() {
      return rows == 0 ? 0 : ends[rows - 1];
    }

    void add(int object, long offset, long size) {
      if (rows == ends.length) {
        rowObjects = Arrays.copyOf(rowObjects, 2 * rows);
        offsets = Arrays.copyOf(offsets, 2 * rows);
        ends = Arrays.copyOf(ends, 2 * rows);
      }
      int end = Math.toIntExact(bytes() + size);
      rowObjects[rows] = object;
      offsets[rows] = offset;
      ends[rows] = end;
      rows++;
    }

    RowBatch build() {
      return new RowBatch(
          objects,
          chunkBytes,
          Arrays.copyOf(rowObjects, rows),
          Arrays.copyOf(offsets, rows),
          Arrays.copyOf(ends, rows));
    }
  }
}
