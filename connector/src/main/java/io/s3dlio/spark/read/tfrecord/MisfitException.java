package io.s3dlio.spark.read.tfrecord;

/** A feature does not fit its column. Becomes a failure that names the object and the record. */
final class MisfitException extends Exception {
  private static final long serialVersionUID = 1L;

  MisfitException(String reason) {
    // Damaged records may be many, and where in the code it was seen tells nothing.
    super(reason, null, false, false);
  }
}
