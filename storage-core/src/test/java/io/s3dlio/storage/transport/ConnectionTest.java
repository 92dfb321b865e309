package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import io.s3dlio.testing.NoLeaks;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class ConnectionTest {
  private static final Connection.Limits LIMITS =
      new Connection.Limits(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(9),
          1L << 40,
          Duration.ofSeconds(1));
  private static final HttpRequest GET =
      new HttpRequest("GET", "/a?b=c", HttpHeaders.of("X-A", "1"), List.of());

  private final AtomicLong clock = new AtomicLong();

  @Test
  void bodiesGoStraightToTheTargetAndTheConnectionStays() throws Exception {
    try (ServerStub server =
            new ServerStub(
                "HTTP/1.1 206 x\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 100 Continue\r\n\r\n"
                    + "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
                "HTTP/1.1 204 x\r\n\r\n");
        Connection connection = open(server)) {
      ByteBuffer target = ByteBuffer.allocateDirect(12);
      assertThat(connection.exchange(GET, target, 0, HeadCheck.NONE, LIMITS).bodyLength())
          .isEqualTo(5);
      assertThat(connection.isUsable()).isTrue();
      assertThat(connection.exchange(GET, target, 0, HeadCheck.NONE, LIMITS).bodyLength())
          .isEqualTo(5);
      assertThat(connection.exchange(GET, target, 0, HeadCheck.NONE, LIMITS).status())
          .isEqualTo(204);
      assertThat(connection.isUsable()).isTrue();
      assertThat(ISO_8859_1.decode(target.flip()).toString()).isEqualTo("helloabcde");
      assertThat(server.request())
          .isEqualTo("GET /a?b=c HTTP/1.1\r\nHost: host:80\r\nX-A: 1\r\n\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4000, 8191, 8192, 8193, 100_000})
  void bodiesWithoutATargetGrowUpToTheirBound(int chunk) throws Exception {
    for (int length : new int[] {1, 8191, 8192, 8193, 16_384, 12_320, 70_001}) {
      String body = "0123456789abcdef".repeat(length / 16 + 1).substring(0, length);
      StringBuilder chunks =
          new StringBuilder("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (int from = 0; from < length; from += chunk) {
        String part = body.substring(from, Math.min(length, from + chunk));
        chunks
            .append(Integer.toHexString(part.length()))
            .append("\r\n")
            .append(part)
            .append("\r\n");
      }
      chunks.append("0\r\n\r\n");
      for (String answer :
          List.of(
              chunks.toString(),
              "HTTP/1.1 200 x\r\nContent-Length: " + length + "\r\n\r\n" + body,
              "HTTP/1.1 200 x\r\n\r\n" + body)) {
        try (ServerStub server = new ServerStub(answer);
            Connection connection = open(server)) {
          HttpResponse response = connection.exchange(GET, null, length, HeadCheck.NONE, LIMITS);
          assertThat(ISO_8859_1.decode(response.body()).toString()).isEqualTo(body);
          assertThat(response.truncated()).isFalse();
        }
        try (ServerStub server = new ServerStub(answer);
            Connection connection = open(server)) {
          assertThatThrownBy(
                  () -> connection.exchange(GET, null, length - 1, HeadCheck.NONE, LIMITS))
              .hasMessageContaining("exceeds the " + (length - 1) + " bytes");
        }
      }
    }
  }

  @Test
  void aBodyIsSentWholeFromItsBuffersWhichStay() throws Exception {
    try (ServerStub server = new ServerStub("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n");
        Connection connection = open(server)) {
      ByteBuffer large = ByteBuffer.allocateDirect((3 << 20) + 7);
      for (int i = 0; i < large.capacity(); i++) {
        large.put(i, (byte) ('a' + i % 23));
      }
      ByteBuffer small = ByteBuffer.wrap("end".getBytes(ISO_8859_1));
      HttpRequest put =
          new HttpRequest(
              "PUT", "/a", HttpHeaders.EMPTY, List.of(small, ByteBuffer.allocate(0), large, small));
      assertThat(connection.exchange(put, null, 9, HeadCheck.NONE, LIMITS).status()).isEqualTo(200);
      String request = server.request();
      assertThat(request.substring(request.indexOf("\r\n\r\n") + 4))
          .isEqualTo("end" + ISO_8859_1.decode(large.duplicate()) + "end");
      assertThat(small.remaining()).isEqualTo(3);
    }
  }

  @Test
  void anErrorsBodyIsBoundedAndLeavesTheTargetAlone() throws Exception {
    try (ServerStub server =
            new ServerStub("HTTP/1.1 503 x\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20000));
        Connection connection = open(server)) {
      ByteBuffer target = ByteBuffer.allocateDirect(9);
      HttpResponse response = connection.exchange(GET, target, 10000, HeadCheck.NONE, LIMITS);
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.body().remaining()).isEqualTo(10000);
      assertThat(response.truncated()).isTrue();
      assertThat(target.position()).isZero();
      assertThat(connection.isUsable()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 x\r\n\r\n",
        "HTTP/1.1 200 x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
        "HTTP/1.0 200 x\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 x\r\n\r\nab",
        "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\njunk",
      })
  void aConnectionWhoseNextAnswerIsInDoubtIsClosed(String script) throws Exception {
    try (ServerStub server = new ServerStub(script);
        Connection connection = open(server)) {
      ByteBuffer target = ByteBuffer.allocateDirect(2);
      HttpResponse response = connection.exchange(GET, target, 0, HeadCheck.NONE, LIMITS);
      assertThat(response.bodyLength()).isEqualTo(2);
      assertThat(connection.isUsable()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nabcdefghi",
        "HTTP/1.1 200 x\r\n\r\nabcdefghi",
        "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabcdefghi\r\n0\r\n\r\n",
        "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        "HTTP/1.1 101 x\r\n\r\n",
        "SSH-2.0\r\n",
      })
  void whatBreaksTheProtocolOrOverrunsTheTargetFails(String script) throws Exception {
    try (ServerStub server = new ServerStub(script);
        Connection connection = open(server)) {
      ByteBuffer target = ByteBuffer.allocateDirect(8);
      TransportException e = failure(connection, target);
      assertThat(e.kind()).isEqualTo(Kind.MALFORMED);
      assertThat(e).hasMessageContaining("host:80");
      assertThat(connection.isUsable()).isFalse();
    }
  }

  @Test
  void endlessInterimAnswersFail() throws Exception {
    try (ServerStub server = new ServerStub("HTTP/1.1 102 x\r\n\r\n".repeat(99));
        Connection connection = open(server)) {
      assertThat(failure(connection, null)).hasMessageContaining("interim");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
      })
  void aShortBodyFailsAndTheTargetShowsWhatCame(String script) throws Exception {
    try (ServerStub server = new ServerStub(script);
        Connection connection = open(server)) {
      ByteBuffer target = ByteBuffer.allocateDirect(20);
      TransportException e = failure(connection, target);
      assertThat(e.kind()).isEqualTo(Kind.IO);
      assertThat(e.phase()).isEqualTo(Phase.BODY);
      assertThat(target.position()).isEqualTo(3);
    }
  }

  @Test
  void aServerThatAnswersNothingIsLateAfterTheFirstByteLimit() throws Exception {
    try (ServerStub server = new ServerStub("");
        Connection connection = open(server)) {
      Thread timer = expireAfter(server, connection, Duration.ofSeconds(1));
      TransportException e = failure(connection, null);
      timer.join();
      assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(e.phase()).isEqualTo(Phase.FIRST_BYTE);
      assertThat(e)
          .hasMessage(
              "Cannot get an answer from host:80: no byte of it came within 1000 ms."
                  + " Raise firstByteTimeout if that is too short");
      assertThat(e.mayHaveArrived()).isTrue();
      assertThat(connection.hasAnswered()).isFalse();
    }
  }

  @Test
  void aDeadlineNeverClosesTheNextRequest() throws Exception {
    Wire wire = new PlainWire(SocketChannel.open());
    Deadline deadline = new Deadline(wire);
    deadline.begin(10);
    long first = deadline.number();
    deadline.expire(first, 9);
    assertThat(deadline.end()).isTrue();
    deadline.expire(first, 11);
    deadline.begin(20);
    deadline.expire(first, 99);
    assertThat(wire.isOpen()).isTrue();
    deadline.step(15);
    deadline.expire(deadline.number(), 15);
    assertThat(wire.isOpen()).isFalse();
    assertThat(deadline.end()).isFalse();
  }

  @Test
  void anInterruptEndsTheExchangeAndKeepsTheFlag() throws Exception {
    try (ServerStub server = new ServerStub("");
        Connection connection = open(server)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> connection.exchange(GET, null, 0, HeadCheck.NONE, LIMITS))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void requestsCannotBeSplit() {
    assertThatThrownBy(() -> HttpHeaders.of("A", "b\r\nC: d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("C: d");
    assertThatThrownBy(
            () -> new HttpRequest("GET", "/a HTTP/1.1\r\nX: y", HttpHeaders.EMPTY, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new HttpRequest("PUT", "/", HttpHeaders.of("content-length", "3"), List.of()))
        .hasMessageContaining("Content-Length");
  }

  @Test
  void signaturesAreNotPrinted() {
    HttpRequest signed =
        new HttpRequest("GET", "/a?sig=secret", HttpHeaders.of("Auth", "secret"), List.of());
    assertThat(signed.toString() + signed.headers()).doesNotContain("secret").contains("/a");
  }

  /** Lets the time of the first byte pass once the server has the request. */
  private Thread expireAfter(ServerStub server, Connection connection, Duration limit) {
    Thread timer =
        new Thread(
            () -> {
              try {
                server.request();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              long number = connection.deadline().number();
              while (!connection.deadline().isExpired()) {
                connection.deadline().expire(number, limit.toNanos());
                Thread.onSpinWait();
              }
            });
    timer.start();
    return timer;
  }

  private TransportException failure(
      Connection connection, @org.jspecify.annotations.Nullable ByteBuffer target) {
    return catchThrowableOfType(
        TransportException.class,
        () -> connection.exchange(GET, target, 99, HeadCheck.NONE, LIMITS));
  }

  private Connection open(ServerStub server) throws Exception {
    return new Connection(new PlainWire(server.connect()), "host:80", clock::get);
  }
}
