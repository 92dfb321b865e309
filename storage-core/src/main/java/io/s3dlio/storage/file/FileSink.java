package io.s3dlio.storage.file;

import io.s3dlio.storage.WriterOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One way to get bytes into a new file. Not thread-safe. */
interface FileSink extends Closeable {
  /** Appends the buffer's remaining bytes. */
  void write(ByteBuffer chunk) throws IOException;

  /** Brings every byte to the device and the file to its exact length. */
  void finish() throws IOException;

  /** Opens sinks. */
  @FunctionalInterface
  interface Opener {
    /**
     * Creates the file.
     *
     * @throws java.nio.file.NoSuchFileException if its directory does not exist
     */
    FileSink open(Path path, WriterOptions options) throws IOException;
  }
}
