package io.s3dlio.storage.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Memory that the garbage collector owns: it lives as long as anybody has a view of it. */
final class CollectedMemory implements BatchMemory {
  private final int alignment;

  /**
   * @param alignment of each piece, in bytes: a power of two, 1 for any
   */
  CollectedMemory(int alignment) {
    this.alignment = alignment;
  }

  @Override
  public Optional<Slab> allocate(int bytes, boolean required) throws IOException {
    try {
      int whole = (bytes + alignment - 1) & -alignment;
      ByteBuffer root = ByteBuffer.allocateDirect(whole + alignment - 1);
      ByteBuffer buffer = root.alignedSlice(alignment).slice(0, bytes);
      return Optional.of(new Slab(buffer, Optional.of(root), () -> {}, false));
    } catch (OutOfMemoryError e) {
      if (!required) {
        return Optional.empty();
      }
      IOException failure =
          new IOException(
              "Cannot allocate a batch of %d bytes: %s. Raise -XX:MaxDirectMemorySize, make batches"
                      .formatted(bytes, e.getMessage())
                  + " smaller, or use leases and close batches");
      failure.addSuppressed(e);
      throw failure;
    }
  }
}
