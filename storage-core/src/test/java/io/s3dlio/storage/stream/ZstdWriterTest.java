package io.s3dlio.storage.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.airlift.compress.zstd.ZstdDecompressor;
import io.s3dlio.storage.Compression;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressing any store's writer, and reading what it wrote. */
@ExtendWith(NoLeaks.class)
class ZstdWriterTest {
  private static final Location LOCATION = new Location("s3", "bucket", "dir/object");
  private static final WriterOptions OPTIONS =
      WriterOptions.DEFAULT.withCompression(Compression.zstd(1)).withBufferSize(4096);
  private static final StreamOptions READING =
      StreamOptions.DEFAULT.withBufferSize(4096).withDecompress(true);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 131_071, 131_072, 131_073, 1 << 20, 3_000_001})
  void contentOfAnySizeIsReadAsItWasWritten(int length) throws IOException {
    for (byte[] content : new byte[][] {random(length), compressible(length)}) {
      for (int level : new int[] {1, 3, 12}) {
        byte[] stored = compressed(content, OPTIONS.withCompression(Compression.zstd(level)));

        assertThat(decompressed(stored)).isEqualTo(content);
        byte[] other = new byte[length];
        assertThat(new ZstdDecompressor().decompress(stored, 0, stored.length, other, 0, length))
            .isEqualTo(length);
        assertThat(other).isEqualTo(content);
      }
    }
  }

  @Test
  void theStrongestLevelIsReadToo() throws IOException {
    byte[] content = compressible(3 << 20);

    assertThat(decompressed(compressed(content, OPTIONS.withCompression(Compression.zstd(22)))))
        .isEqualTo(content);
  }

  @Test
  void levelsDiffer() throws IOException {
    byte[] content = compressible(1 << 20);

    assertThat(compressed(content, OPTIONS.withCompression(Compression.zstd(19))).length)
        .isLessThan(compressed(content, OPTIONS).length);
  }

  @Test
  void whatIsPutTellsItsSize() throws IOException {
    ZstdMemoryStore store = new ZstdMemoryStore();
    ByteBuffer content = ByteBuffer.wrap(compressible(100_000)).position(10);
    ObjectInfo written = store.put(LOCATION, content, OPTIONS);

    assertThat(written.location().key()).isEqualTo("dir/object.zst");
    assertThat(content.hasRemaining()).isFalse();
    byte[] stored = store.writer.written.toByteArray();
    assertThat(ZstdDecompressor.getDecompressedSize(stored, 0, stored.length)).isEqualTo(99_990);
  }

  @Test
  void everyDamageIsFound() throws IOException {
    byte[] content = compressible(1_000);
    byte[] stored = compressed(content, OPTIONS);
    for (int i = 0; i < stored.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = stored.clone();
        damaged[i] ^= (byte) (1 << bit);
        byte[] read;
        try {
          read = decompressed(damaged);
        } catch (CorruptException e) {
          assertThat(e).hasMessageStartingWith("Cannot read s3://bucket/dir/object.zst: ");
          continue;
        }
        assertThat(read).as("bit %d of byte %d says nothing", bit, i).isEqualTo(content);
      }
    }
  }

  @Test
  void whatIsCutOffIsFoundWhereverThatIs() throws IOException {
    byte[] stored = compressed(compressible(5_000), OPTIONS);
    for (int length = 0; length < stored.length; length++) {
      byte[] cut = Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> decompressed(cut))
          .isInstanceOf(CorruptException.class)
          .hasMessage(
              "Cannot read s3://bucket/dir/object.zst: its stream of zstd is cut off"
                  + " (by byte %d of %d)",
              length, length);
    }
    byte[] longer = Arrays.copyOf(stored, stored.length + 1);
    assertThatThrownBy(() -> decompressed(longer)).isInstanceOf(CorruptException.class);
  }

  @Test
  void framesThatFollowEachOtherAreReadAsOne() throws IOException {
    byte[] one = compressed(compressible(20_000), OPTIONS);
    byte[] two = compressed(random(5), OPTIONS);
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);

    byte[] read = decompressed(both);

    assertThat(read).hasSize(20_005).startsWith(compressible(20_000)).endsWith(random(5));
  }

  @Test
  void whatIsNotAskedForIsNotDecompressed() throws IOException {
    byte[] stored = compressed(random(10), OPTIONS);
    MemoryStore store = new MemoryStore(stored);
    try (StoreStream stream =
        StoreStream.open(store, at(store, ".zst"), READING.withDecompress(false))) {
      assertThat(stream.readAllBytes()).isEqualTo(stored);
    }
    try (StoreStream stream = StoreStream.open(store, at(store, ""), READING)) {
      assertThat(stream.readAllBytes()).isEqualTo(stored);
    }
  }

  @Test
  void aDamagedStreamStaysSoAndAClosedOneReadsNoMore() throws IOException {
    MemoryStore store = new MemoryStore(new byte[10]);
    StoreStream stream = StoreStream.open(store, at(store, ".zst"), READING);
    assertThatThrownBy(stream::read).isInstanceOf(CorruptException.class);
    assertThatThrownBy(stream::read).isInstanceOf(CorruptException.class);
    assertThat(stream.isOpen()).isTrue();
    stream.close();
    stream.close();
    assertThat(stream.isOpen()).isFalse();
    assertThatThrownBy(stream::read)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the stream has been closed");
  }

  @Test
  void aWriterWhoseStoreFailsEndsAndGivesItsMemoryBack() throws IOException {
    ZstdMemoryStore store = new ZstdMemoryStore();
    store.writer.fails = true;
    ObjectWriter writer = store.createWriter(LOCATION, OPTIONS);

    assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(random(1 << 20))))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is full");
    assertThat(store.writer.closed).isTrue();
    assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(1)))
        .hasMessage("Cannot put s3://bucket/dir/object.zst: the writer has ended");
    assertThatThrownBy(writer::complete).hasMessageContaining("the writer has ended");
    writer.close();
  }

  @Test
  void gigabytesTakeNoMoreMemoryThanMegabytes() throws IOException {
    long chunks = 3L << 10;
    ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 20);
    CRC32C sum = new CRC32C();
    ZstdMemoryStore store = new ZstdMemoryStore();
    long before = BufferPool.shared().stats().leasedBytes();
    long allocated = allocated();
    try (ObjectWriter writer = store.createWriter(LOCATION, OPTIONS)) {
      for (int i = 0; i < chunks; i++) {
        chunk.putInt(7 * i, i).rewind();
        sum.update(chunk);
        writer.write(chunk.rewind());
      }
      assertThat(BufferPool.shared().stats().leasedBytes() - before).isEqualTo(4096);
      writer.complete();
    }
    byte[] stored = store.writer.written.toByteArray();
    assertThat(allocated() - allocated).as("besides what is stored").isLessThan(8L * stored.length);

    MemoryStore reading = new MemoryStore(stored);
    CRC32C read = new CRC32C();
    long length = 0;
    allocated = allocated();
    try (StoreStream stream =
        StoreStream.open(reading, at(reading, ".zst"), READING.withBufferSize(1 << 20))) {
      for (int count = stream.read(chunk.clear()); count >= 0; count = stream.read(chunk.clear())) {
        read.update(chunk.flip());
        length += count;
      }
    }
    assertThat(length).isEqualTo(chunks << 20);
    assertThat(read.getValue()).isEqualTo(sum.getValue());
    assertThat(allocated() - allocated).isLessThan(64L << 20);
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static byte[] compressed(byte[] content, WriterOptions options) throws IOException {
    ZstdMemoryStore store = new ZstdMemoryStore();
    try (ObjectWriter writer = store.createWriter(LOCATION, options)) {
      int third = content.length / 3;
      writer.write(ByteBuffer.wrap(content, 0, third));
      ByteBuffer rest = ByteBuffer.allocateDirect(content.length - third);
      writer.write(rest.put(content, third, content.length - third).flip());
      writer.complete();
    }
    return store.writer.written.toByteArray();
  }

  private static byte[] decompressed(byte[] stored) throws IOException {
    MemoryStore store = new MemoryStore(stored);
    try (StoreStream stream = StoreStream.open(store, at(store, ".zst"), READING)) {
      return stream.readAllBytes();
    }
  }

  private static ObjectInfo at(MemoryStore store, String suffix) {
    ObjectInfo object = store.object();
    Location location = object.location().withKey(object.location().key() + suffix);
    return new ObjectInfo(location, object.length(), object.lastModified(), object.etag());
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  /** Words in any order, as text has them. */
  private static byte[] compressible(int length) {
    String[] words = "the quick brown fox jumps over a lazy dog and then sleeps".split(" ");
    Random random = new Random(length);
    ByteBuffer content = ByteBuffer.allocate(length + 10);
    while (content.position() < length) {
      content.put(words[random.nextInt(words.length)].getBytes(US_ASCII)).put((byte) ' ');
    }
    return Arrays.copyOf(content.array(), length);
  }
}
