package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class HttpTransportTest {
  private static final String OK = "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nok";
  private static final HttpRequest GET = new HttpRequest("GET", "/a", HttpHeaders.EMPTY, List.of());
  private static final HttpRequest POST =
      new HttpRequest("POST", "/a", HttpHeaders.EMPTY, List.of());

  private HttpTransport transport = new HttpTransport(TransportConfig.DEFAULT);

  @AfterEach
  void closeTransport() {
    transport.close();
    assertThat(transport.stats().connections()).isZero();
  }

  @Test
  void connectionsAreKept() throws Exception {
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      for (int i = 0; i < 5; i++) {
        assertThat(text(send(server, GET))).isEqualTo("ok");
      }

      assertThat(server.connections()).isEqualTo(1);
      assertThat(transport.stats().exchanges()).isEqualTo(5);
      assertThat(transport.stats().opened()).isEqualTo(1);
    }
  }

  @Test
  void aRequestOnAConnectionThatTheServerHadClosedIsSentAgain() throws Exception {
    try (HttpStub server =
        new HttpStub((connection, request, head) -> connection == 0 && request == 1 ? null : OK)) {
      send(server, GET);

      assertThat(text(send(server, GET))).isEqualTo("ok");

      assertThat(server.connections()).isEqualTo(2);
      assertThat(transport.stats().replayed()).isEqualTo(1);
    }
  }

  @Test
  void whatMayNotBeRepeatedIsNot() throws Exception {
    try (HttpStub server =
        new HttpStub((connection, request, head) -> connection == 0 && request == 1 ? null : OK)) {
      send(server, POST);

      assertThatThrownBy(() -> send(server, POST)).isInstanceOf(TransportException.class);

      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void aFirstRequestIsNotSentAgain() throws Exception {
    try (HttpStub server = new HttpStub((connection, request, head) -> null)) {
      TransportException e =
          catchThrowableOfType(TransportException.class, () -> send(server, GET));

      assertThat(e.kind()).isEqualTo(Kind.IO);
      assertThat(e.phase()).isEqualTo(Phase.FIRST_BYTE);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerThatHadBegunIsNotAskedForAgain() throws Exception {
    for (String begun : List.of("HTTP/1.1 100 x\r\n\r\n", "H", OK.substring(0, 30))) {
      AtomicBoolean cut = new AtomicBoolean();
      try (HttpStub server =
          new HttpStub(
              (connection, request, head) -> {
                if (cut.get()) {
                  return null;
                }
                cut.set(request == 1);
                return request == 1 ? begun : OK;
              })) {
        transport.close();
        transport =
            new HttpTransport(
                TransportConfig.DEFAULT.withTimeouts(
                    Duration.ofSeconds(5),
                    Duration.ofMillis(300),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(20)));
        send(server, GET);

        assertThatThrownBy(() -> send(server, GET)).isInstanceOf(TransportException.class);

        assertThat(server.connections()).as(begun).isEqualTo(1);
      }
    }
  }

  @Test
  void noMoreConnectionsThanAllowed() throws Exception {
    transport = new HttpTransport(TransportConfig.DEFAULT.withMaxConnections(3));
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      List<Future<HttpResponse>> all = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        all.add(threads.submit(() -> send(server, GET)));
      }
      for (Future<HttpResponse> one : all) {
        assertThat(text(one.get(30, SECONDS))).isEqualTo("ok");
      }

      assertThat(server.connections()).isLessThanOrEqualTo(3);
      assertThat(server.requests()).isEqualTo(400);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void waitingForAConnectionEndsInTimeAndNamesTheSetting() throws Exception {
    transport = new HttpTransport(brief().withMaxConnections(1));
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      // The only connection is in use as long as its answer's head is looked at, whatever is late.
      HeadCheck looksOn =
          (status, headers) -> {
            taken.countDown();
            try {
              over.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          };
      Future<?> first =
          threads.submit(() -> transport.exchange(server.endpoint(), GET, null, 99, looksOn));
      taken.await();

      TransportException late =
          catchThrowableOfType(TransportException.class, () -> send(server, GET));
      assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(late)
          .hasMessageContaining("all 1 connections stayed in use for 200 ms")
          .hasMessageEndingWith("Raise maxConnections, or requestTimeout");
      assertThat(first).isNotDone();
    } finally {
      over.countDown();
      threads.shutdown();
      assertThat(threads.awaitTermination(30, SECONDS)).isTrue();
    }
  }

  @Test
  void aRequestThatTakesTooLongNamesTheSetting() throws Exception {
    transport = new HttpTransport(brief());
    CountDownLatch over = new CountDownLatch(1);
    try (HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              over.await();
              return OK;
            })) {
      assertThatThrownBy(() -> send(server, GET))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("the whole request took longer than 200 ms")
          .hasMessageContaining("Raise requestTimeout");
      over.countDown();
    }
  }

  /** Whole requests take 200 ms at most. */
  private static TransportConfig brief() {
    return TransportConfig.DEFAULT.withTimeouts(
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Duration.ofMillis(200));
  }

  @Test
  void anInterruptEndsTheWaitForAnAnswer() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    try (HttpStub server =
        new HttpStub(
            (connection, request, head) -> {
              asked.countDown();
              over.await();
              return OK;
            })) {
      Thread sender = Thread.currentThread();
      Thread interrupter =
          new Thread(
              () -> {
                try {
                  asked.await();
                  sender.interrupt();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      interrupter.start();

      assertThatThrownBy(() -> send(server, GET)).isInstanceOf(InterruptedIOException.class);

      assertThat(Thread.interrupted()).isTrue();
      over.countDown();
      interrupter.join();
    }
  }

  @Test
  void aStalledBodyEndsInTimeAndTheTargetShowsWhatCame() throws Exception {
    transport =
        new HttpTransport(
            TransportConfig.DEFAULT.withTimeouts(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                Duration.ofSeconds(30)));
    try (HttpStub server =
        new HttpStub(
            (connection, request, head) -> "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nabc")) {
      ByteBuffer target = ByteBuffer.allocateDirect(9);

      TransportException e =
          catchThrowableOfType(
              TransportException.class,
              () -> transport.exchange(server.endpoint(), GET, target, 0, HeadCheck.NONE));

      assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(e.phase()).isEqualTo(Phase.BODY);
      assertThat(e)
          .hasMessageContaining(
              "no byte moved for 200 ms. Raise stallTimeout if that is too short");
      assertThat(target.position()).isEqualTo(3);
    }
  }

  @Test
  void whatACheckThrowsComesOutUnchangedAndTheTargetStaysUntouched() throws Exception {
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      IOException refusal = new IOException("not this one");
      ByteBuffer target = ByteBuffer.allocateDirect(9);

      assertThatThrownBy(
              () ->
                  transport.exchange(
                      server.endpoint(),
                      GET,
                      target,
                      0,
                      (status, headers) -> {
                        assertThat(status).isEqualTo(200);
                        assertThat(headers.first("content-length")).contains("2");
                        throw refusal;
                      }))
          .isSameAs(refusal);

      assertThat(target.position()).isZero();
      assertThat(text(send(server, GET))).isEqualTo("ok");
      assertThat(server.connections()).as("the body was not read").isEqualTo(2);
    }
  }

  @Test
  void aLargeBodyIsSentOnlyToAServerThatWantsIt() throws Exception {
    transport = new HttpTransport(TransportConfig.DEFAULT.withExpectContinueBytes(100));
    try (HttpStub server =
        new HttpStub(
            (connection, request, head) ->
                !head.contains("Expect: 100-continue")
                    ? OK
                    : head.startsWith("PUT /wanted ")
                        ? "HTTP/1.1 100 Continue\r\n\r\n" + OK
                        : "HTTP/1.1 403 x\r\nContent-Length: 2\r\n\r\nno")) {
      assertThat(send(server, put("/wanted", 1000)).status()).isEqualTo(200);
      assertThat(send(server, put("/wanted", 99)).status()).isEqualTo(200);
      assertThat(server.connections()).isEqualTo(1);
      assertThat(send(server, put("/refused", 1000)).status()).isEqualTo(403);
      assertThat(send(server, put("/wanted", 1000)).status()).isEqualTo(200);
      assertThat(server.connections()).as("a body left out ends the connection").isEqualTo(2);
    }
  }

  @Test
  void aServerThatDoesNotKnowTheQuestionGetsTheBodyAfterAWhile() throws Exception {
    transport = new HttpTransport(TransportConfig.DEFAULT.withExpectContinueBytes(100));
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server =
          new Thread(
              () -> {
                try (var socket = listening.accept()) {
                  byte[] all = socket.getInputStream().readNBytes(1);
                  StringBuilder head = new StringBuilder(new String(all, ISO_8859_1));
                  while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) socket.getInputStream().read());
                  }
                  socket.getInputStream().readNBytes(1000);
                  socket.getOutputStream().write(OK.getBytes(ISO_8859_1));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      server.start();

      HttpResponse answer =
          transport.exchange(
              new Endpoint(false, "127.0.0.1", listening.getLocalPort()),
              put("/a", 1000),
              null,
              9,
              HeadCheck.NONE);

      assertThat(answer.status()).isEqualTo(200);
      server.join();
    }
  }

  @Test
  void idleConnectionsAreClosedAndNoThreadIsLeft() throws Exception {
    transport = new HttpTransport(TransportConfig.DEFAULT.withIdleTimeout(Duration.ofMillis(100)));
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      send(server, GET);
      while (transport.stats().connections() > 0) {
        Thread.onSpinWait();
      }
      send(server, GET);
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatTheServerClosedWhileIdleIsNotUsed() throws Exception {
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      Connection connection =
          new Connection(
              new Connector(
                      TransportConfig.DEFAULT,
                      new NameLookup(InetAddress::getAllByName, System::nanoTime),
                      System::nanoTime)
                  .connect(server.endpoint()),
              "x",
              System::nanoTime);
      assertThat(connection.isStale()).isFalse();
      server.close();
      while (!connection.isStale()) {
        Thread.onSpinWait();
      }
      connection.close();
    }
  }

  @Test
  void everyAddressOfAHostIsTried() throws Exception {
    try (HttpStub server = new HttpStub((connection, request, head) -> OK)) {
      InetAddress nobody = InetAddress.getByName("127.0.0.77");
      InetAddress here = InetAddress.getByName("127.0.0.1");
      transport =
          new HttpTransport(
              TransportConfig.DEFAULT,
              host -> new InetAddress[] {nobody, nobody, here},
              System::nanoTime);

      for (int i = 0; i < 4; i++) {
        Endpoint endpoint = new Endpoint(false, "store-" + i, server.endpoint().port());
        HttpResponse answer = transport.exchange(endpoint, GET, null, 9, HeadCheck.NONE);
        assertThat(answer.status()).isEqualTo(200);
      }
    }
  }

  @Test
  void whateverPartOfConnectingIsLateNamesItsSetting() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    TransportConfig brief =
        TransportConfig.DEFAULT.withTimeouts(
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));
    InetAddress here = InetAddress.getByName("127.0.0.1");
    try (ServerSocket silent = new ServerSocket(0, 50, here);
        FullServer full = new FullServer();
        HttpTransport nameless =
            new HttpTransport(
                brief,
                host -> {
                  awaitQuietly(over);
                  return new InetAddress[] {here};
                },
                System::nanoTime);
        HttpTransport named = new HttpTransport(brief)) {
      Endpoint tls = new Endpoint(true, "127.0.0.1", silent.getLocalPort());
      Endpoint crowded = new Endpoint(false, "127.0.0.1", full.port());

      for (TransportException late :
          List.of(
              connectFailure(nameless, new Endpoint(false, "nobody-knows", 80)),
              connectFailure(named, tls),
              connectFailure(named, crowded))) {
        assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(late.phase()).isEqualTo(Phase.CONNECT);
        assertThat(late).hasMessageContaining("200 ms. Raise connectTimeout if that is too short");
      }
    } finally {
      over.countDown();
    }
  }

  private static TransportException connectFailure(HttpTransport transport, Endpoint endpoint) {
    return catchThrowableOfType(
        TransportException.class, () -> transport.exchange(endpoint, GET, null, 9, HeadCheck.NONE));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatCannotBeReachedIsNamed() {
    transport =
        new HttpTransport(
            TransportConfig.DEFAULT,
            host -> {
              throw new UnknownHostException("no such name");
            },
            System::nanoTime);

    TransportException e =
        catchThrowableOfType(
            TransportException.class,
            () ->
                transport.exchange(
                    new Endpoint(true, "nowhere.example", 443), GET, null, 9, HeadCheck.NONE));

    assertThat(e).hasMessageContaining("Cannot connect to nowhere.example");
    assertThat(e.phase()).isEqualTo(Phase.CONNECT);
    assertThat(e.mayHaveArrived()).isFalse();
  }

  @Test
  void namesAreLookedUpAgainAndTheOldAnswerServesWhileThatFails() throws Exception {
    AtomicBoolean down = new AtomicBoolean();
    long[] now = {0};
    List<String> asked = new ArrayList<>();
    NameLookup names =
        new NameLookup(
            host -> {
              asked.add(host);
              if (down.get()) {
                throw new UnknownHostException(host);
              }
              return new InetAddress[] {InetAddress.getByAddress(new byte[] {127, 0, 0, 1})};
            },
            () -> now[0]);
    Duration limit = Duration.ofSeconds(20);

    assertThat(names.addresses("a", limit)).hasSize(1);
    assertThat(names.addresses("a", limit)).hasSize(1);
    assertThat(asked).hasSize(1);
    now[0] = NameLookup.FRESH.toNanos();
    down.set(true);
    assertThat(names.addresses("a", limit)).hasSize(1);
    assertThat(asked).hasSize(2);
    assertThatThrownBy(() -> names.addresses("b", limit)).isInstanceOf(UnknownHostException.class);
  }

  private HttpResponse send(HttpStub server, HttpRequest request) throws IOException {
    return transport.exchange(server.endpoint(), request, null, 99, HeadCheck.NONE);
  }

  private static HttpRequest put(String path, int length) {
    return new HttpRequest(
        "PUT", path, HttpHeaders.EMPTY, List.of(ByteBuffer.allocateDirect(length)));
  }

  private static String text(HttpResponse answer) {
    return ISO_8859_1.decode(answer.body().duplicate()).toString();
  }
}
