package io.s3dlio.spark.write.encode;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.spark.sql.catalyst.InternalRow;

/** Encodes rows as files, one after the other. Not thread-safe. */
public interface ShardEncoder extends Closeable {
  /**
   * Begins a file.
   *
   * @param target takes its bytes; stays the caller's
   */
  void begin(OutputStream target) throws IOException;

  /**
   * Adds a row, of which nothing is kept but a copy.
   *
   * @throws InvalidRowException if it cannot be encoded
   */
  void add(InternalRow row) throws IOException, InvalidRowException;

  /** Returns whether the file is as large as one should be. */
  boolean isFull();

  /** Writes what is left of the file, which has a row or more. */
  void end() throws IOException;

  /** Gives memory back, whether or not a file has ended. Idempotent. */
  @Override
  void close();
}
