package io.s3dlio.storage.file;

import static io.s3dlio.storage.file.LocalTest.buffer;
import static io.s3dlio.storage.file.LocalTest.content;
import static io.s3dlio.storage.file.LocalTest.direct;
import static io.s3dlio.storage.file.LocalTest.file;
import static io.s3dlio.storage.file.LocalTest.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a writer's own settings change in the calls of the file system. */
class LocalWriterOptionsTest {
  private static final int MIB = 1 << 20;

  private final Path directory;
  private final List<Integer> writes = new ArrayList<>();
  private final ChannelOpener counting =
      (path, options) ->
          new ScriptedChannel(FileChannel.open(path, options)) {
            private long end;

            @Override
            public int write(ByteBuffer source) throws IOException {
              int count = write(source, end);
              end += count;
              return count;
            }

            @Override
            public int write(ByteBuffer source, long position) throws IOException {
              int count = super.write(source, position);
              writes.add(count);
              return count;
            }
          };

  LocalWriterOptionsTest(@TempDir(factory = TargetDirectory.class) Path directory) {
    this.directory = directory;
  }

  @Test
  void smallWritesAreCollectedInTheBufferThatTheWriterAsksFor() throws IOException {
    ObjectStore store = new FileStore(StoreConfig.DEFAULT, counting, PageCache.shared());
    write(store, file(directory.resolve("a")), 10, 1000, WriterOptions.DEFAULT);
    assertThat(writes).hasSize(10).containsOnly(1000);
    writes.clear();
    write(
        store, file(directory.resolve("b")), 10, 1000, WriterOptions.DEFAULT.withBufferSize(4096));
    assertThat(writes).containsExactly(4000, 4000, 2000);
    writes.clear();
    write(
        store, file(directory.resolve("c")), 2, 10_000, WriterOptions.DEFAULT.withBufferSize(4096));
    assertThat(writes).as("there is nothing to collect").containsExactly(10_000, 10_000);
    writes.clear();
    write(store, file(directory.resolve("d")), 10, 1000, WriterOptions.DEFAULT.withAdaptive());
    assertThat(writes).containsExactly(10_000);
  }

  @Test
  void largeWritesAreCutAsTheWriterAsksFor() throws IOException {
    ObjectStore store = new FileStore(StoreConfig.DEFAULT, counting, PageCache.shared());
    write(store, file(directory.resolve("a")), 1, 17 * MIB, WriterOptions.DEFAULT);
    assertThat(writes).containsExactly(8 * MIB, 8 * MIB, MIB);
    writes.clear();
    write(
        store,
        file(directory.resolve("b")),
        1,
        17 * MIB,
        WriterOptions.DEFAULT.withPartSize(16 * MIB));
    assertThat(writes).containsExactly(16 * MIB, MIB);
  }

  @Test
  void writesAroundThePageCacheAreCutAndCollectedToo() throws IOException {
    ObjectStore store = new DirectStore(StoreConfig.DEFAULT.withDirectFallback(true), counting);
    write(
        store,
        direct(directory.resolve("a")),
        10,
        1000,
        WriterOptions.DEFAULT.withBufferSize(8192));
    assertThat(writes.get(0)).isEqualTo(8192);
    writes.clear();
    ByteBuffer aligned = LocalTest.aligned(12 * MIB);
    try (ObjectWriter writer =
        store.createWriter(
            direct(directory.resolve("b")), WriterOptions.DEFAULT.withPartSize(5 * MIB))) {
      writer.write(aligned);
      writer.complete();
    }
    assertThat(writes).containsExactly(5 * MIB, 5 * MIB, 2 * MIB);
  }

  @Test
  void whatIsRefusedLeavesNoFile() throws IOException {
    ObjectStore store = new FileStore(StoreConfig.DEFAULT);
    for (AdaptiveConfig config :
        List.of(
            AdaptiveConfig.ENABLED.withPartSizeOverride(1000),
            AdaptiveConfig.ENABLED.withBufferSizeOverride(1000))) {
      WriterOptions options = WriterOptions.DEFAULT.withAdaptiveConfig(config);
      assertThatThrownBy(() -> store.createWriter(file(directory.resolve("a")), options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(": 1000 (must be in ");
    }

    assertThat(names(directory)).isEmpty();
  }

  private static void write(
      ObjectStore store, Location location, int chunks, int size, WriterOptions options)
      throws IOException {
    byte[] content = content(size);
    try (ObjectWriter writer = store.createWriter(location, options)) {
      for (int i = 0; i < chunks; i++) {
        writer.write(buffer(content));
      }
      writer.complete();
    }
    assertThat(store.stat(location).length()).isEqualTo((long) chunks * size);
  }
}
