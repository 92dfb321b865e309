package io.s3dlio.spark.read;

/** Walks the rows of a split. Stands before the first at the beginning. */
final class RowCursor {
  private final ObjectTable objects;
  private final int end;
  private final long endOffset;
  private final long chunkBytes;
  private int object;
  private long offset;
  private long size;
  private int nextObject;
  private long nextOffset;

  RowCursor(
      ObjectTable objects, int first, long firstOffset, int end, long endOffset, long chunkBytes) {
    this.objects = objects;
    this.end = end;
    this.endOffset = endOffset;
    this.chunkBytes = chunkBytes;
    this.nextObject = first;
    this.nextOffset = firstOffset;
  }

  /** Goes to the next row. */
  boolean next() {
    if (nextObject == end) {
      return false;
    }
    object = nextObject;
    offset = nextOffset;
    long limit = object == end - 1 ? endOffset : objects.length(object);
    size = Math.min(chunkBytes, limit - offset);
    nextOffset = offset + size;
    if (nextOffset == limit) {
      nextObject++;
      nextOffset = 0;
    }
    return true;
  }

  int object() {
    return object;
  }

  /** Returns where in its object the row begins. */
  long offset() {
    return offset;
  }

  /** Returns the bytes of the row. */
  long size() {
    return size;
  }
}
