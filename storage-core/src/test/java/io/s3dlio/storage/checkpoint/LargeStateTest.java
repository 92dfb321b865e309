package io.s3dlio.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.file.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States of any size take a bounded amount of memory. */
class LargeStateTest {
  private static final long MIB = 1 << 20;
  private static final long MOST_MEMORY = 64 * MIB;

  private final ObjectStore store = new FileStore(StoreConfig.DEFAULT);
  private final Path directory;

  LargeStateTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aStateStreamsInBoundedMemory() throws IOException {
    streams(256 * MIB + 3);
  }

  @Test
  @Tag("long")
  void aStateLargerThanTheHeapStreams() throws IOException {
    assertThat(Runtime.getRuntime().maxMemory()).isLessThan(3072 * MIB);
    streams(3072 * MIB + 3);
  }

  private void streams(long size) throws IOException {
    Memory memory = new Memory();
    try (CheckpointWriter writer = CheckpointWriter.open(store, directory.toString())) {
      writer.saveState("large", new Pattern(size, memory));
      writer.finish();
    }
    Pattern taken = new Pattern(size, memory);
    CheckpointReader.open(store, directory.toString()).loadState("large", taken);
    assertThat(taken.left).isZero();
    assertThat(memory.most).isLessThan(MOST_MEMORY);
  }

  @Test
  void whatIsTooLargeForABufferIsRefusedWithWhatToDoInstead() {
    CheckpointSave save =
        new CheckpointSave(
            Location.parse(directory.toString()), 1, "id", 1, CheckpointLayout.FLAT, Map.of());
    long size = 100L << 30;
    SavedState state =
        new SavedState(
            "model",
            0,
            CheckpointPaths.key(save, "attempt", 0, "model", 0),
            size,
            size,
            0,
            StateCompression.NONE);
    CheckpointManifest manifest =
        new CheckpointManifest(
            1, 1, "id", 1, Instant.EPOCH, CheckpointLayout.FLAT, List.of(state), Map.of());
    Checkpoint checkpoint =
        new Checkpoint(store, new CheckpointPaths(save.root()), manifest, Optional.empty());

    assertThatThrownBy(() -> checkpoint.loadState("model"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("'model' of rank 0 has 107374182400 bytes")
        .hasMessageContaining("openState(name)");
  }

  /** What the pool had leased at most, besides what others hold. */
  private static final class Memory {
    private final long before = BufferPool.shared().stats().leasedBytes();
    private long most;

    void look() {
      most = Math.max(most, BufferPool.shared().stats().leasedBytes() - before);
    }
  }

  /** Gives so many bytes that follow from where they are, or takes them and no others. */
  private static final class Pattern implements ReadableByteChannel, WritableByteChannel {
    private final Memory memory;
    private long at;
    private long left;

    Pattern(long size, Memory memory) {
      this.left = size;
      this.memory = memory;
    }

    @Override
    public int read(ByteBuffer target) {
      if (left == 0) {
        return -1;
      }
      memory.look();
      int count = (int) Math.min(left, target.remaining());
      for (int i = 0; i < count; i++) {
        target.put((byte) ((at + i) * 31 >> 8));
      }
      at += count;
      left -= count;
      return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      memory.look();
      int count = source.remaining();
      for (int i = 0; i < count; i++) {
        if (source.get() != (byte) ((at + i) * 31 >> 8)) {
          throw new IOException("another byte at " + (at + i));
        }
      }
      at += count;
      left -= count;
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
