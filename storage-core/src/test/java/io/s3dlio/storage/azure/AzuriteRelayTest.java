package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.testing.AzureServer;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.End;
import io.s3dlio.testing.Relay.Plan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Azurite over connections that break: at any byte, in any way, there and back. */
@Timeout(300)
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
@ExtendWith(NoLeaks.class)
class AzuriteRelayTest {
  private static final AzureFixture FIXTURE = new AzureFixture(AzureServer.azurite().orElseThrow());
  private static final int SIZE = (1 << 20) + 3;
  private static final Duration IMPATIENT = Duration.ofMillis(500);

  private final byte[] content = new byte[SIZE];
  private final ObjectStore store = FIXTURE.open();
  private Location object = new Location("az", "none", "none");
  private long borrowed;

  @BeforeEach
  void begin() throws IOException {
    new Random(5).nextBytes(content);
    object = new Location("az", FIXTURE.container(), "dir/" + UUID.randomUUID());
    borrowed = BufferPool.shared().stats().leasedBytes();
  }

  @AfterEach
  void assertNothingIsLeft() {
    assertThat(BufferPool.shared().stats().leasedBytes()).as("buffers").isEqualTo(borrowed);
  }

  private static Relay relay(IntFunction<Plan> plans) throws IOException {
    return Relay.to(FIXTURE.server().endpoint(), plans);
  }

  private static ObjectStore through(Relay relay) {
    AzureConfig config = FIXTURE.config();
    return AzureStores.open(
        config
            .withEndpoint(relay.endpoint().resolve("/" + FIXTURE.server().account()))
            .withClient(
                config.client().withFirstByteTimeout(IMPATIENT).withStallTimeout(IMPATIENT)));
  }

  private ByteBuffer direct(int length) {
    return ByteBuffer.allocateDirect(length).put(content, 0, length).flip();
  }

  @ParameterizedTest
  @EnumSource(value = End.class, names = "THEIRS", mode = EnumSource.Mode.EXCLUDE)
  void anAnswerThatIsCutAtAnyByteIsReadOn(End end) throws IOException {
    store.put(object, direct(SIZE), WriterOptions.DEFAULT);
    for (int cut :
        end == End.SILENCE
            ? new int[] {0, 300, SIZE / 2}
            : new int[] {0, 1, 13, 40, 200, 500, 700, 4096, SIZE / 2, SIZE}) {
      try (Relay relay =
          relay(connection -> connection < 2 ? Plan.answerCut(end, cut) : Plan.NONE)) {
        assertThat(through(relay).get(object))
            .as("cut after %d bytes", cut)
            .isEqualTo(ByteBuffer.wrap(content));
        assertThat(relay.connections()).isGreaterThan(1);
      }
    }
  }

  /** The server has written the object, or has not; the writer learns which. */
  @ParameterizedTest
  @EnumSource(value = End.class, names = "THEIRS", mode = EnumSource.Mode.EXCLUDE)
  void aConditionalPutWhoseAnswerIsLostSucceedsOnce(End end) throws IOException {
    for (int cut : new int[] {0, 1, 40, 200}) {
      Location fresh = object.append("-" + end + cut);
      try (Relay relay =
          relay(connection -> connection == 0 ? Plan.answerCut(end, cut) : Plan.NONE)) {
        ObjectInfo first =
            through(relay)
                .put(fresh, direct(100), WriterOptions.DEFAULT.withReplaceExisting(false));
        assertThat(store.stat(fresh).etag()).as("cut after %d", cut).isEqualTo(first.etag());
        assertThat(relay.connections()).isGreaterThan(1);
      }
      ObjectInfo before = store.stat(fresh);
      try (Relay relay =
          relay(connection -> connection == 0 ? Plan.answerCut(end, cut) : Plan.NONE)) {
        ObjectInfo second =
            through(relay).put(fresh, direct(99), WriterOptions.DEFAULT.withIfMatch(before.etag()));
        assertThat(store.stat(fresh)).isEqualTo(second);
        assertThat(second.length()).isEqualTo(99);
      }
    }
  }

  /** Whatever connection breaks, be it of a block, of the list, or of who looks afterwards. */
  @ParameterizedTest
  @EnumSource(
      value = End.class,
      names = {"RESET", "CLOSE"})
  void anUploadByBlocksWhoseAnswersAreLostSucceedsOnce(End end) throws IOException {
    for (int broken = 0; broken < 4; broken++) {
      for (boolean free : new boolean[] {true, false}) {
        Location fresh = object.append("-%s-%d-%s".formatted(end, broken, free));
        WriterOptions options = WriterOptions.DEFAULT.withReplaceExisting(!free);
        int number = broken;
        // Each request has a connection of its own.
        AtomicInteger cut = new AtomicInteger();
        try (Relay relay =
            relay(
                connection -> {
                  boolean breaks = connection == number;
                  cut.addAndGet(breaks ? 1 : 0);
                  return breaks
                      ? Plan.answerCut(end, 0)
                      : Plan.rewritten(AzuriteRelayTest::closing);
                })) {
          ObjectInfo written;
          try (ObjectWriter writer = through(relay).createWriter(fresh, options)) {
            for (int i = 0; i < 11; i++) {
              writer.write(direct(1 << 20));
            }
            written = writer.complete();
          }
          assertThat(store.stat(fresh)).isEqualTo(written);
          assertThat(written.length()).isEqualTo(11 << 20);
          assertThat(cut).hasValue(1);
        }
      }
    }
  }

  private static String closing(String head) {
    return head.replaceFirst("(?i)\r\nConnection: keep-alive", "\r\nConnection: close");
  }

  @Test
  void aServerThatTakesRequestsAndNeverAnswersIsGivenUpInTime() throws IOException {
    try (Relay relay = relay(connection -> Plan.answerCut(End.SILENCE, 0))) {
      assertThatThrownBy(() -> through(relay).stat(object))
          .isInstanceOf(StorageTimeoutException.class)
          .hasMessageContaining("Cannot stat " + object)
          .hasMessageContaining(relay.endpoint().getAuthority())
          .hasMessageContaining("after 5 attempts");
    }
  }

  @Test
  void aBlockThatCannotBeSentFailsTheUploadAndNothingIsWritten() throws IOException {
    for (End end : List.of(End.RESET, End.CLOSE)) {
      try (Relay relay = relay(connection -> Plan.requestCut(end, 1 << 20))) {
        assertThatThrownBy(
                () -> {
                  try (ObjectWriter writer =
                      through(relay).createWriter(object, WriterOptions.DEFAULT)) {
                    for (int i = 0; i < 11; i++) {
                      writer.write(direct(1 << 20));
                    }
                    writer.complete();
                  }
                })
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("Cannot put " + object);
      }
      assertThat(store.exists(object)).isFalse();
    }
  }
}
