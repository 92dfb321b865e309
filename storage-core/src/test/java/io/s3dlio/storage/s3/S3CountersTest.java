package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.telemetry.Counted;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each counter rises for its own cause, and no other one with it. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class S3CountersTest {
  private static final Location OBJECT = new Location("s3", "bucket", "object");
  private static final String TIME = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  private static final String THERE =
      "HTTP/1.1 200 x\r\n" + TIME + "ETag: \"e\"\r\nContent-Length: 10\r\n\r\n";

  private static final String ANSWERED = "cloud.attempts.answered";
  private static final String FAILED = "cloud.attempts.failed";
  private static final String THROTTLED = "cloud.attempts.throttled";
  private static final String RETRIED = "cloud.operations.retried";
  private static final String RANGES_RETRIED = "ranges.retried";
  private static final String OPENED = "http.connections.opened";
  private static final String REPLAYED = "http.requests.replayed";

  private final AtomicInteger requests = new AtomicInteger();
  private final List<HttpStub> servers = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (HttpStub server : servers) {
      server.close();
    }
  }

  /** Answers the requests of all connections in turn, the last answer again and again. */
  private ObjectStore open(@Nullable String... answers) throws IOException {
    HttpStub server =
        new HttpStub(
            (connection, request, head) ->
                answers[Math.min(requests.getAndIncrement(), answers.length - 1)]);
    servers.add(server);
    return S3Stores.open(
        S3Config.builder()
            .endpoint(URI.create(server.endpoint().toString()))
            .region("eu-test-1")
            .credentials(new S3Credentials("id", "very-secret", ""))
            .build());
  }

  private static String status(int status) {
    return "HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n".formatted(status);
  }

  @Test
  void anAnswerIsCountedWhateverItSaysAndItsConnectionOnce() throws Exception {
    ObjectStore store = open(THERE, status(404));

    assertThat(Counted.during(() -> store.stat(OBJECT)))
        .isEqualTo(Map.of(ANSWERED, 1L, OPENED, 1L));
    assertThat(
            Counted.during(
                () ->
                    assertThatThrownBy(() -> store.stat(OBJECT))
                        .isInstanceOf(NotFoundException.class)))
        .isEqualTo(Map.of(ANSWERED, 1L));
  }

  @Test
  void theServersTroubleIsAFailureThatIsTriedAgain() throws Exception {
    ObjectStore store = open(status(500), status(500), THERE);

    assertThat(Counted.during(() -> store.stat(OBJECT)))
        .isEqualTo(Map.of(FAILED, 2L, RETRIED, 2L, ANSWERED, 1L, OPENED, 1L));
  }

  @Test
  void noAnswerIsAFailureThatIsTriedAgain() throws Exception {
    ObjectStore store = open(null, THERE);

    assertThat(Counted.during(() -> store.stat(OBJECT)))
        .isEqualTo(Map.of(FAILED, 1L, RETRIED, 1L, ANSWERED, 1L, OPENED, 2L));
  }

  @Test
  void aRefusalAsOneTooManyIsNoFailure() throws Exception {
    ObjectStore store = open(status(503), status(429), THERE);

    assertThat(Counted.during(() -> store.stat(OBJECT)))
        .isEqualTo(Map.of(THROTTLED, 2L, RETRIED, 2L, ANSWERED, 1L, OPENED, 1L));
  }

  @Test
  void aConnectionThatTheServerHadClosedIsAReplayAndNoRetry() throws Exception {
    ObjectStore store = open(THERE, null, THERE);
    store.stat(OBJECT);

    assertThat(Counted.during(() -> store.stat(OBJECT)))
        .isEqualTo(Map.of(REPLAYED, 1L, ANSWERED, 1L, OPENED, 1L));
  }

  @Test
  void aRangeThatIsReadOnFromWhereItEndedIsNoOperationThatIsTriedAgain() throws Exception {
    String head = "HTTP/1.1 206 x\r\nETag: \"e\"\r\nConnection: close\r\n";
    ObjectStore store =
        open(
            THERE,
            head
                + "Content-Range: bytes 0-9/10\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n0\r\n\r\n",
            head + "Content-Range: bytes 4-9/10\r\nContent-Length: 6\r\n\r\n456789");

    assertThat(Counted.during(() -> store.get(OBJECT)))
        .isEqualTo(Map.of(RANGES_RETRIED, 1L, ANSWERED, 3L, OPENED, 2L));
  }
}
