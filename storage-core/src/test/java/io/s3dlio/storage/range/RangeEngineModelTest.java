package io.s3dlio.storage.range;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.ThrottledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

/** Random requests into one buffer, random faults: the bytes are those of the objects. */
class RangeEngineModelTest {
  private static final int CAPACITY = 4_000;
  private static final byte UNTOUCHED = 0x77;

  private static final RangeEngine ENGINE =
      new RangeEngine(
          6,
          new RetryPolicy(20, Duration.ofNanos(1), Duration.ofNanos(1), bound -> bound),
          (action, nanos) -> action.run(),
          System::nanoTime);

  /** A gap in the buffer, then a request. */
  private record Piece(int gap, String key, long offset, int length) {}

  /** How far a call reads before it fails for now; all the way if it is negative. */
  private record Fault(int reach) {}

  @AfterContainer
  static void close() {
    ENGINE.close();
  }

  @Provide
  Arbitrary<List<Piece>> pieces() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 20),
            Arbitraries.of("a", "b", "c"),
            Arbitraries.longs().between(0, 6L << 40),
            Arbitraries.integers().between(0, 300))
        .as(Piece::new)
        .list()
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<Fault>> faults() {
    return Arbitraries.integers().between(-40, 60).map(Fault::new).list().ofSize(30);
  }

  @Property(tries = 500)
  void bytesAreThoseOfTheObjectsAndNothingElseIsTouched(
      @ForAll("pieces") List<Piece> pieces,
      @ForAll("faults") List<Fault> faults,
      @ForAll @IntRange(min = 1, max = 8) int maxConcurrency,
      @ForAll @IntRange(min = 1, max = 3) int perObject,
      @ForAll @IntRange(min = 1, max = 120) int chunkSize,
      @ForAll @IntRange(min = 1, max = 200) int minSplitSize,
      @ForAll @IntRange(min = 0, max = 40) int brokenCall)
      throws Exception {
    RangeEngineConfig config =
        RangeEngineConfig.DEFAULT
            .withChunkSize(chunkSize)
            .withMinSplitSize(minSplitSize)
            .withMaxConcurrentRanges(perObject);
    byte[] expected = new byte[CAPACITY];
    ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
    for (int i = 0; i < CAPACITY; i++) {
      expected[i] = UNTOUCHED;
      buffer.put(i, UNTOUCHED);
    }
    List<ReadRequest> requests = layOut(pieces, buffer, expected);

    AtomicInteger calls = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    AtomicLong arrived = new AtomicLong();
    Map<Long, Integer> failuresByRange = new ConcurrentHashMap<>();
    boolean breaks = brokenCall < 5;
    PatternStore store =
        new PatternStore(
            request -> {
              int call = calls.getAndIncrement();
              int reach = faults.get(call % faults.size()).reach;
              int remaining = request.target().remaining();
              if (breaks && call == brokenCall) {
                throw new StorageException(Failure.of("read", request.location(), "broken"));
              }
              long range = request.offset() + remaining;
              if (reach < 0 || failuresByRange.merge(range, 1, Integer::sum) > 15) {
                PatternStore.fill(request);
                arrived.addAndGet(remaining);
                return;
              }
              PatternStore.fill(request, Math.min(reach, remaining));
              arrived.addAndGet(Math.min(reach, remaining));
              failed.incrementAndGet();
              throw new ThrottledException(Failure.of("read", request.location(), "again"));
            });

    BatchRead batch =
        ENGINE.submit(store, requests, config, maxConcurrency, new CancellationToken());
    CountDownLatch drained = new CountDownLatch(1);
    batch.whenDrained(drained::countDown);
    IOException failure = null;
    try {
      batch.await();
    } catch (IOException e) {
      failure = e;
    }
    drained.await();
    BatchRead.Stats stats = batch.stats();
    assertThat(stats.bytes()).isEqualTo(arrived.get());
    assertThat(stats.ranges() + stats.retries()).isEqualTo(calls.get());
    if (breaks && calls.get() > brokenCall) {
      assertThat(failure).isInstanceOf(StorageException.class).hasMessageContaining("broken");
    } else {
      assertThat(failure).isNull();
      assertThat(stats.retries()).isEqualTo(failed.get());
      for (ReadRequest request : requests) {
        assertThat(request.target().hasRemaining()).isFalse();
      }
    }
    for (int i = 0; i < CAPACITY; i++) {
      if (failure == null || expected[i] == UNTOUCHED) {
        assertThat(buffer.get(i)).isEqualTo(expected[i]);
      }
    }
  }

  private static List<ReadRequest> layOut(List<Piece> pieces, ByteBuffer buffer, byte[] expected) {
    List<ReadRequest> requests = new ArrayList<>();
    int at = 0;
    for (Piece piece : pieces) {
      at += piece.gap;
      ByteBuffer target = buffer.duplicate().limit(at + piece.length).position(at);
      ReadRequest request =
          new ReadRequest(PatternStore.location(piece.key), "", piece.offset, target);
      requests.add(request);
      for (int i = 0; i < piece.length; i++) {
        expected[at + i] = PatternStore.byteAt(request.location(), piece.offset + i);
      }
      at += piece.length;
    }
    return requests;
  }
}
