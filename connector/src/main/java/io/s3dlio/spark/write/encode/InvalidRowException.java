package io.s3dlio.spark.write.encode;

/** A row cannot be encoded. Becomes a failure that tells which row. */
public final class InvalidRowException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param column whose value is the reason
   */
  InvalidRowException(String column, String reason) {
    super("column '%s' %s".formatted(column, reason));
  }
}
