package io.s3dlio.format;

/**
 * A part of a TFRecord object: the records that begin in it.
 *
 * @param start where in the object a record begins, in bytes
 * @param end where in the object one begins, or the object ends
 */
public record TfRecordSplit(long start, long end) {
  public TfRecordSplit {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("Invalid split: from %d to %d".formatted(start, end));
    }
  }
}
