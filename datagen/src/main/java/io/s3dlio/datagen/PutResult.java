package io.s3dlio.datagen;

/**
 * An object that was put.
 *
 * @param name its key below the prefix
 * @param size its length in bytes
 * @param crc32c the CRC-32C of its bytes
 * @param outcome whether it was written just now
 */
public record PutResult(String name, long size, int crc32c, Outcome outcome) {
  /** What became of the object. */
  public enum Outcome {
    /** It was written. */
    WRITTEN,
    /** It was there, byte for byte as it would have been written. */
    ALREADY_THERE,
    /**
     * Another object was there and was left; size and checksum are those of what would have come.
     */
    SKIPPED
  }
}
