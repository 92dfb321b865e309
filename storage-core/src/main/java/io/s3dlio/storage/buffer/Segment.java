package io.s3dlio.storage.buffer;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file that is mapped: a head of one page, then memory of a fixed size.
 *
 * <p>The head begins with {@code s3dlioS1} and, at 8, the stamp of whoever has the segment, 64 bits
 * in little-endian order. A stamp of 0 says that nobody has it.
 */
final class Segment implements KeptBlocks.Sized {
  /** The size of the head: what follows is aligned to a page. */
  static final int HEAD = BufferPool.ALIGNMENT;

  private static final long MAGIC = 0x31536f696c643373L; // "s3dlioS1"
  private static final int STAMP = 8;
  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  private final Path file;
  private final MappedByteBuffer map;

  /** When it was last used, by the clock of the pool. */
  private long usedAt;

  private Segment(Path file, MappedByteBuffer map) {
    this.file = file;
    this.map = map;
  }

  /**
   * Fills a file and maps it.
   *
   * @param file an empty one, which is removed if this fails
   */
  static Segment create(Path file, int capacity) throws IOException {
    boolean done = false;
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE))) {
      // Written, not only made long: where there is no memory left this fails, and a map kills.
      fill(channel, HEAD + (long) capacity);
      MappedByteBuffer map = channel.map(MapMode.READ_WRITE, 0, HEAD + (long) capacity);
      LONGS.set(map, 0, MAGIC);
      done = true;
      return new Segment(file, map);
    } finally {
      if (!done) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void fill(FileChannel channel, long size) throws IOException {
    for (long done = 0; done < size; ) {
      ByteBuffer zeros = ZEROS.duplicate();
      zeros.limit((int) Math.min(zeros.capacity(), size - done));
      while (zeros.hasRemaining()) {
        done += channel.write(zeros);
      }
    }
  }

  Path file() {
    return file;
  }

  @Override
  public int capacity() {
    return map.capacity() - HEAD;
  }

  ByteBuffer view(int size) {
    return map.slice(HEAD, size);
  }

  void stamp(long stamp) {
    LONGS.setVolatile(map, STAMP, stamp);
  }

  long usedAt() {
    return usedAt;
  }

  void usedAt(long nanos) {
    usedAt = nanos;
  }

  /** Removes the file; whoever has it mapped keeps the memory. */
  void unlink() throws IOException {
    Files.deleteIfExists(file);
  }

  /** Gives this process's map back. Nobody may touch a view any more. */
  void unmap() {
    DirectMemory.free(map);
  }
}
