package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the objects of a split from their beginning to their end, one after the other, from batches
 * that are read ahead. What lies behind the split is read where it lies. For one thread.
 */
final class ObjectStream implements ObjectReader, AutoCloseable {
  private final BatchSource batches;
  private final ObjectReader elsewhere;
  private @Nullable LoadedBatch batch;
  private int row;
  private int object = -1;

  /**
   * @param batches the content of the split, row by row
   * @param elsewhere reads what is not of the split
   */
  ObjectStream(BatchSource batches, ObjectReader elsewhere) {
    this.batches = batches;
    this.elsewhere = elsewhere;
  }

  /** Goes to the next object, and returns whether there is one. */
  boolean nextObject() throws IOException {
    if (batch == null && object >= 0) {
      return false;
    }
    int last = object;
    while (batch == null || batch.rows().object(row) == last) {
      if (!nextRow()) {
        return false;
      }
    }
    object = batch.rows().object(row);
    return true;
  }

  private boolean nextRow() throws IOException {
    if (batch != null && row + 1 < batch.rows().rows()) {
      row++;
      return true;
    }
    close();
    batch = batches.next().orElse(null);
    row = 0;
    return batch != null;
  }

  /** Returns the number of the object at hand. */
  int object() {
    return object;
  }

  /** Returns the row that is at hand: of the object, and in it the latest that was read. */
  RowBatch rows() {
    return requireNonNull(batch, "There is no object").rows();
  }

  /** Returns which of {@link #rows} it is. */
  int row() {
    return row;
  }

  /** Reads of the object at hand, never back behind the row that was read last. */
  @Override
  public void read(ReadRequest request) throws IOException {
    ByteBuffer target = request.target();
    int start = target.position();
    while (target.hasRemaining()) {
      long offset = request.offset() + target.position() - start;
      if (!copy(offset, target)) {
        elsewhere.read(new ReadRequest(request.location(), request.etag(), offset, target.slice()));
        target.position(target.limit());
      }
    }
  }

  /** Returns false if the split does not have the byte. */
  private boolean copy(long offset, ByteBuffer target) throws IOException {
    while (batch != null && batch.rows().object(row) == object) {
      RowBatch rows = batch.rows();
      long skipped = offset - rows.offset(row);
      if (skipped < 0) {
        return false;
      }
      if (skipped < rows.size(row)) {
        int count = (int) Math.min(target.remaining(), rows.size(row) - skipped);
        ByteBuffer content = requireNonNull(batch.memory()).buffer();
        target.put(content.slice(rows.start(row) + (int) skipped, count));
        return true;
      }
      if (isLastOfObject(rows)) {
        return false;
      }
      nextRow();
    }
    return false;
  }

  /** The row of the object's last byte stays at hand, so that the object does. */
  private boolean isLastOfObject(RowBatch rows) {
    return rows.offset(row) + rows.size(row) == rows.objects().length(object)
        || (row + 1 < rows.rows() && rows.object(row + 1) != object);
  }

  @Override
  public void close() {
    if (batch != null) {
      batch.close();
      batch = null;
    }
  }
}
