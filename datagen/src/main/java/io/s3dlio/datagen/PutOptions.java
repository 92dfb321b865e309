package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.WriterOptions;

/**
 * How many objects are put.
 *
 * @param onExisting what happens to objects that are already there
 * @param maxConcurrency how many objects are in flight at most
 * @param partSize how many bytes of an object are handed to the store at once; a smaller object is
 *     put whole
 * @param parts how many such parts of a larger object are in memory, for a store that sends them
 *     side by side
 * @param writer how each object is written; its {@code replaceExisting} is ignored in favour of
 *     {@code onExisting}
 */
public record PutOptions(
    OnExisting onExisting, int maxConcurrency, int partSize, int parts, WriterOptions writer) {
  /** Fails on what exists; 16 objects at a time, 8 MiB of each. */
  public static final PutOptions DEFAULT =
      new PutOptions(OnExisting.ERROR, 16, 8 << 20, 1, WriterOptions.DEFAULT);

  public PutOptions {
    requireNonNull(onExisting, "onExisting is null");
    requireNonNull(writer, "writer is null");
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException(
          "Invalid maxConcurrency: %d (must be >= 1)".formatted(maxConcurrency));
    }
    if (partSize < 1) {
      throw new IllegalArgumentException("Invalid partSize: %d (must be >= 1)".formatted(partSize));
    }
    if (parts < 1) {
      throw new IllegalArgumentException("Invalid parts: %d (must be >= 1)".formatted(parts));
    }
  }

  public PutOptions withWriter(WriterOptions newWriter) {
    return new PutOptions(onExisting, maxConcurrency, partSize, parts, newWriter);
  }
}
