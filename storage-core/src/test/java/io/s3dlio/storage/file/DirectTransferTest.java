package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.content;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.nio.file.ExtendedOpenOption;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Any range into any memory, in blocks of any size, against the bytes themselves. */
class DirectTransferTest {
  private static final byte[] CONTENT = content(300_007);

  @Property(tries = 400)
  void readsWhatIsThere(
      @ForAll @IntRange(min = 12, max = 17) int blockBits,
      @ForAll @IntRange(max = 310_000) int offset,
      @ForAll @IntRange(max = 310_000) int length,
      @ForAll @IntRange(max = 9_000) int at,
      @ForAll boolean alike,
      @ForAll @IntRange(min = 1, max = 4) int blocksAtMost)
      throws IOException {
    int block = 1 << blockBits;
    int start = alike ? offset % block : at;
    ByteBuffer memory = ByteBuffer.allocateDirect(start + length + 10 + block);
    ByteBuffer target = memory.slice(block - memory.alignmentOffset(0, block), start + length + 10);
    byte[] expected = new byte[start + length + 10];
    int there = Math.max(0, Math.min(length, CONTENT.length - offset));
    System.arraycopy(CONTENT, Math.min(offset, CONTENT.length), expected, start, there);
    long leases = BufferPool.shared().stats().leases();
    Path path = Files.createTempFile(Files.createDirectories(Path.of("target")), "direct", "");
    try {
      Files.write(path, CONTENT);
      target.position(start).limit(start + length);
      try (FileChannel channel = strict(path, block, blocksAtMost);
          DirectTransfer transfer = new DirectTransfer(channel, block, target)) {
        transfer.run(offset);
      }
    } finally {
      Files.delete(path);
    }

    assertThat(target.position()).isEqualTo(start + there);
    assertThat(target.limit()).isEqualTo(start + length);
    assertThat(LocalTest.bytes(target.clear())).isEqualTo(expected);
    assertThat(BufferPool.shared().stats().leases()).isEqualTo(leases);
  }

  @Property(tries = 200)
  void writesWhatItIsGiven(
      @ForAll @IntRange(min = 12, max = 17) int blockBits,
      @ForAll @IntRange(max = 300_007) int length,
      @ForAll @IntRange(min = 1, max = 100_000) int piece,
      @ForAll @IntRange(max = 5_000) int at,
      @ForAll boolean alike)
      throws IOException {
    int block = 1 << blockBits;
    ByteBuffer memory = ByteBuffer.allocateDirect(CONTENT.length + 5_000 + block);
    ByteBuffer source =
        memory.slice(block - memory.alignmentOffset(0, block), CONTENT.length + 5_000);
    int start = alike ? 0 : at;
    source.put(start, CONTENT, 0, length);
    DirectIo io =
        new DirectIo((path, options) -> checked(FileChannel.open(path, options), block, 9), false);
    Path path = Path.of("target").resolve(TempNames.create("test"));
    try {
      try (DirectSink sink = new DirectSink(path, WriterOptions.DEFAULT, io, block)) {
        for (int written = 0; written < length; written += piece) {
          source.limit(Math.min(start + length, start + written + piece)).position(start + written);
          sink.write(source);
          assertThat(source.hasRemaining()).isFalse();
        }
        sink.finish();
      }

      assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(CONTENT, length));
    } finally {
      Files.deleteIfExists(path);
    }
  }

  private static FileChannel strict(Path path, int block, int blocksAtMost) throws IOException {
    FileChannel real = FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
    return checked(real, block, blocksAtMost);
  }

  /** Takes aligned transfers alone, and makes them in pieces as a busy kernel may. */
  private static FileChannel checked(FileChannel real, int block, int blocksAtMost) {
    return new ScriptedChannel(real) {
      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        int limit = limit(target, position);
        int read = super.read(target, position);
        target.limit(limit);
        return read;
      }

      @Override
      public int write(ByteBuffer source, long position) throws IOException {
        int limit = limit(source, position);
        int written = super.write(source, position);
        source.limit(limit);
        return written;
      }

      private int limit(ByteBuffer buffer, long position) {
        assertThat(position % block).isZero();
        assertThat(buffer.remaining() % block).isZero();
        assertThat(buffer.alignmentOffset(buffer.position(), block)).isZero();
        int limit = buffer.limit();
        buffer.limit(buffer.position() + Math.min(buffer.remaining(), blocksAtMost * block));
        return limit;
      }
    };
  }
}
