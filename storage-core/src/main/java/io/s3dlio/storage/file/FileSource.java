package io.s3dlio.storage.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One way to get a range of a file into memory. Not thread-safe. */
interface FileSource extends Closeable {
  /** The most that one call to the system reads or writes, in bytes. */
  int MAX_TRANSFER = 8 << 20;

  /** Reads until the target is full or the file ends. */
  void read(long offset, ByteBuffer target) throws IOException;

  /**
   * Returns the version of the open file or, if only its path can be asked, of the one that is
   * there. Asked after {@link #read}, it tells whether the bytes are those of another version.
   */
  FileVersion version() throws IOException;

  /** Opens sources. */
  @FunctionalInterface
  interface Opener {
    /**
     * @param offset where the read will begin
     * @param wanted how many bytes it will ask for
     * @param length the file's length as far as it is known, or -1
     */
    FileSource open(Path path, long offset, int wanted, long length) throws IOException;
  }
}
