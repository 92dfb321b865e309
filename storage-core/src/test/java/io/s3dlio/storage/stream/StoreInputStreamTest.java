package io.s3dlio.storage.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@ExtendWith(NoLeaks.class)
class StoreInputStreamTest {
  private static final int BUFFER = 4096;
  private static final StreamOptions OPTIONS =
      StreamOptions.DEFAULT.withBufferSize(BUFFER).withBuffers(4);

  private final long leased = BufferPool.shared().stats().leasedBytes();

  /** Once what was fetched ahead in vain has come. */
  @AfterEach
  void itsMemoryComesBack() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (BufferPool.shared().stats().leasedBytes() > leased && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(BufferPool.shared().stats().leasedBytes()).isLessThanOrEqualTo(leased);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 9 * BUFFER + 5})
  void anObjectOfAnySizeIsReadToItsEnd(int length) throws IOException {
    byte[] content = content(length);
    MemoryStore store = new MemoryStore(content);

    try (StoreStream stream = StoreStream.open(store, store.object(), OPTIONS)) {
      assertThat(stream.readAllBytes()).isEqualTo(content);
      assertThat(stream.read()).isEqualTo(-1);
      assertThat(stream.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(stream.read(ByteBuffer.allocate(0))).isZero();
    }
  }

  @Test
  void itIsAChannelForBuffersOfAnyKind() throws IOException {
    byte[] content = content(3 * BUFFER);
    MemoryStore store = new MemoryStore(content);
    ByteBuffer heap = ByteBuffer.allocate(content.length);
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length);

    for (ByteBuffer target : new ByteBuffer[] {heap, direct}) {
      try (StoreStream stream = StoreStream.open(store, store.object(), OPTIONS)) {
        while (stream.read(target) > 0) {
          assertThat(stream.isOpen()).isTrue();
        }
      }
      byte[] read = new byte[target.flip().remaining()];
      target.get(read);
      assertThat(read).isEqualTo(content);
    }
  }

  @Test
  void whatFollowsIsFetchedAheadInNoMoreBuffersThanAsked() throws Exception {
    CountDownLatch together = new CountDownLatch(3);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    byte[] content = content(40 * BUFFER);
    MemoryStore store =
        new MemoryStore(
            content,
            request -> {
              most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
              // The first two are read alone: nobody knows yet that all will be.
              if (request.offset() >= 3 * BUFFER) {
                together.countDown();
                assertThat(together.await(60, TimeUnit.SECONDS)).isTrue();
              }
              inFlight.decrementAndGet();
            });
    long peak = 0;

    try (StoreStream stream = StoreStream.open(store, store.object(), OPTIONS)) {
      byte[] read = new byte[content.length];
      int at = 0;
      while (at < read.length) {
        at += stream.read(read, at, Math.min(100, read.length - at));
        peak = Math.max(peak, BufferPool.shared().stats().leasedBytes() - leased);
      }
      assertThat(read).isEqualTo(content);
    }

    assertThat(most).hasValueBetween(3, 4);
    assertThat(peak).isEqualTo(4L * BUFFER);
  }

  @Test
  void whoSeeksReadsFromThereAndFetchesLittleElse() throws IOException {
    AtomicInteger reads = new AtomicInteger();
    byte[] content = content(50 * BUFFER);
    MemoryStore store = new MemoryStore(content, request -> reads.incrementAndGet());
    Random random = new Random(7);
    try (StoreInputStream stream = new StoreInputStream(store, store.object(), OPTIONS)) {
      for (int i = 0; i < 100; i++) {
        int position = random.nextInt(content.length - 10);
        stream.seek(position);
        assertThat(stream.position()).isEqualTo(position);
        assertThat(stream.readNBytes(10))
            .isEqualTo(Arrays.copyOfRange(content, position, position + 10));
        assertThat(stream.position()).isEqualTo(position + 10);
      }
      assertThat(reads).hasValueLessThan(115);
      stream.seek(0);
      assertThat(stream.skip(Long.MAX_VALUE)).isEqualTo(content.length);
      assertThat(stream.read()).isEqualTo(-1);
      assertThat(stream.skip(-5)).isZero();
      assertThatThrownBy(() -> stream.seek(content.length + 1))
          .hasMessage("Invalid position: 204801 (of 204800 bytes)");
    }
  }

  @Test
  void aReadThatFailedMayBeTriedAgain() throws IOException {
    AtomicBoolean refuses = new AtomicBoolean();
    byte[] content = content(20 * BUFFER);
    MemoryStore store =
        new MemoryStore(
            content,
            request -> {
              if (refuses.get() && request.offset() >= 6 * BUFFER) {
                throw new AccessDeniedException(
                    Failure.of("read", request.location(), "not today"));
              }
            });
    try (StoreInputStream stream = new StoreInputStream(store, store.object(), OPTIONS)) {
      refuses.set(true);
      assertThatThrownBy(stream::readAllBytes)
          .isInstanceOf(AccessDeniedException.class)
          .hasMessage("Cannot read s3://bucket/dir/object: not today");
      assertThat(stream.position()).isEqualTo(6 * BUFFER);
      refuses.set(false);
      assertThat(stream.readAllBytes())
          .isEqualTo(Arrays.copyOfRange(content, 6 * BUFFER, content.length));
    }
  }

  @Test
  void aClosedOneGivesItsMemoryBackAndReadsNoMore() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    MemoryStore store =
        new MemoryStore(
            content(20 * BUFFER),
            request -> {
              if (request.offset() >= 3 * BUFFER) {
                hanging.countDown();
                release.await();
              }
            });
    StoreStream stream = StoreStream.open(store, store.object(), OPTIONS);
    stream.readNBytes(2 * BUFFER + 1);
    assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
    stream.close();
    stream.close();
    assertThat(BufferPool.shared().stats().leasedBytes())
        .as("memory that reads may still write to")
        .isGreaterThan(leased);
    release.countDown();

    assertThat(stream.isOpen()).isFalse();
    assertThatThrownBy(stream::read)
        .isInstanceOf(StorageException.class)
        .hasMessage("Cannot read s3://bucket/dir/object: the stream has been closed");
  }

  @Test
  void optionsHaveTheirBounds() {
    assertThatThrownBy(() -> OPTIONS.withBufferSize(4095))
        .hasMessage("Invalid bufferSize: 4095 (must be in [4096, 1073741824])");
    assertThatThrownBy(() -> OPTIONS.withBuffers(0))
        .hasMessage("Invalid buffers: 0 (must be in [1, 1024])");
  }

  @Test
  void bytesAreCollectedIntoChunksOfTheAskedSize() throws IOException {
    ChunkWriter writer = new ChunkWriter();
    StoreOutputStream stream = new StoreOutputStream(writer, 10);
    byte[] content = content(47);
    stream.write(content[0]);
    stream.write(content, 1, 3);
    stream.write(ByteBuffer.wrap(content, 4, 20));
    stream.write(ByteBuffer.allocateDirect(23).put(content, 24, 23).flip());
    stream.write(content, 0, 5);
    stream.flush();
    stream.close();
    stream.close();

    assertThat(writer.written.toByteArray())
        .startsWith(content)
        .endsWith(Arrays.copyOf(content, 5));
    assertThat(writer.chunks).containsExactly(10, 10, 10, 17, 5);
    assertThatThrownBy(() -> Channels.newOutputStream(stream).write(1))
        .isInstanceOf(IOException.class);
  }

  @Test
  void directChunksAreNotCollected() throws IOException {
    ChunkWriter writer = new ChunkWriter();
    try (StoreOutputStream stream = new StoreOutputStream(writer, 10)) {
      stream.write(ByteBuffer.allocateDirect(47));
    }

    assertThat(writer.chunks).containsExactly(47);
  }

  @Test
  void whatIsDiscardedGoesNowhere() throws IOException {
    ChunkWriter writer = new ChunkWriter();
    StoreOutputStream stream = new StoreOutputStream(writer, 10);
    stream.write(content(5));
    stream.discard();
    stream.write(content(50));
    stream.close();

    assertThat(writer.chunks).isEmpty();
    assertThatThrownBy(() -> new StoreOutputStream(writer, 0))
        .hasMessage("Invalid bufferSize: 0 (must be > 0)");
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }
}
