package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.EndpointSet;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.End;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** A store of several endpoints: load is shared, and one that dies takes nothing with it. */
@Timeout(300)
class S3EndpointsTest {
  private static final Location OBJECT = new Location("s3", "bucket", "dir/object");
  private static final String GOOD =
      "HTTP/1.1 200 x\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"e\"\r\n"
          + "Content-Length: 0\r\n\r\n";

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private HttpStub server(HttpStub.Handler handler) throws IOException {
    HttpStub server = new HttpStub(handler);
    open.add(server);
    return server;
  }

  private static ObjectStore store(HttpStub... servers) {
    return store(config -> config, servers);
  }

  private static ObjectStore store(UnaryOperator<S3Config.Builder> more, HttpStub... servers) {
    List<URI> endpoints = new ArrayList<>();
    for (HttpStub server : servers) {
      endpoints.add(URI.create(server.endpoint().toString()));
    }
    return S3Stores.open(
        more.apply(
                S3Config.builder()
                    .endpoints(endpoints)
                    .region("eu-test-1")
                    .credentials(new S3Credentials("id", "very-secret", "")))
            .build());
  }

  private static String answer(int status, String body) {
    return "HTTP/1.1 " + status + " x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static ByteBuffer direct(String text) {
    return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(ISO_8859_1)).flip();
  }

  // ---- stubs

  @Test
  void requestsGoToEachInTurnAndAreSignedForIt() throws IOException {
    List<String> hosts = new ArrayList<>();
    HttpStub.Handler handler =
        (connection, request, head) -> {
          hosts.add(
              head.substring(
                  head.indexOf("Host: ") + 6, head.indexOf("\r\n", head.indexOf("Host: "))));
          assertThat(head).contains("SignedHeaders=host;");
          return GOOD;
        };
    HttpStub a = server(handler);
    HttpStub b = server(handler);
    ObjectStore store = store(a, b);

    for (int i = 0; i < 6; i++) {
      store.stat(OBJECT);
    }

    assertThat(hosts)
        .containsExactly(
            a.endpoint().authority(),
            b.endpoint().authority(),
            a.endpoint().authority(),
            b.endpoint().authority(),
            a.endpoint().authority(),
            b.endpoint().authority());
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504})
  void aServersTroubleIsLeftForAnotherEvenByAReadAndAtLastForGood(int status) throws IOException {
    HttpStub bad = server((connection, request, head) -> answer(status, ""));
    HttpStub good =
        server(
            (connection, request, head) ->
                head.startsWith("GET")
                    ? "HTTP/1.1 206 x\r\nContent-Range: bytes 0-3/4\r\nETag: \"e\"\r\n"
                        + "Content-Length: 4\r\n\r\n0123"
                    : GOOD);
    ObjectStore store = store(bad, good);

    for (int i = 0; i < 20; i++) {
      store.put(OBJECT, direct("content"), WriterOptions.DEFAULT);
      if (status != 503) {
        ByteBuffer target = ByteBuffer.allocateDirect(4);
        store.read(new ReadRequest(OBJECT, "e", 0, target));
        assertThat(target.hasRemaining()).isFalse();
      }
    }

    // Three failures, and on a slow machine a probe a second, three, seven, 63 seconds later.
    assertThat(bad.requests()).isBetween(EndpointSet.FAILURES, EndpointSet.FAILURES + 6);
  }

  @Test
  void aSingleAttemptGoesToEveryEndpointBeforeItFails() throws IOException {
    HttpStub a = server((connection, request, head) -> null);
    HttpStub b = server((connection, request, head) -> null);
    HttpStub good = server((connection, request, head) -> GOOD);
    ObjectStore store = store(config -> config.maxAttempts(1), a, b, good);

    assertThat(store.stat(OBJECT).etag()).isEqualTo("e");
    assertThat(good.requests()).isEqualTo(1);
  }

  @Test
  void whenAllAreDownTheErrorNamesAll() throws IOException {
    HttpStub a = server((connection, request, head) -> null);
    HttpStub b = server((connection, request, head) -> answer(500, ""));
    HttpStub c = server((connection, request, head) -> GOOD);
    c.close();
    ObjectStore store = store(config -> config.maxAttempts(2), a, b, c);

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Every endpoint fails: ")
        .hasMessageContaining("Cannot get an answer from " + a.endpoint().authority())
        .hasMessageContaining(b.endpoint() + " answered with status 500")
        .hasMessageContaining("Cannot connect to " + c.endpoint().authority())
        .hasMessageContaining("after 2 attempts")
        .hasMessageNotContaining("very-secret");
    assertThatThrownBy(
            () -> store.read(new ReadRequest(OBJECT, "e", 0, ByteBuffer.allocateDirect(1))))
        .hasMessageContaining("Every endpoint fails: ")
        .matches(e -> ((StorageException) e).isRetryable());
  }

  @Test
  void anAnswerThatIsNoTroubleOfTheServersIsFinalAndNamesIt() throws IOException {
    HttpStub a = server((connection, request, head) -> answer(404, ""));
    HttpStub b = server((connection, request, head) -> answer(404, ""));

    assertThatThrownBy(() -> store(a, b).stat(OBJECT))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("(from " + a.endpoint() + ")");
    assertThat(a.requests() + b.requests()).isEqualTo(1);
  }

  @Test
  void noSignatureGoesToAHostThatAnAnswerNames() throws IOException {
    AtomicInteger elsewhere = new AtomicInteger();
    HttpStub other =
        server(
            (connection, request, head) -> {
              elsewhere.incrementAndGet();
              return GOOD;
            });
    String moved =
        "HTTP/1.1 307 x\r\nLocation: "
            + other.endpoint()
            + "/bucket/dir/object\r\nx-amz-bucket-region: us-west-2\r\nContent-Length: 0\r\n\r\n";
    HttpStub a = server((connection, request, head) -> moved);
    HttpStub b = server((connection, request, head) -> moved);

    assertThatThrownBy(() -> store(a, b).stat(OBJECT)).isInstanceOf(StorageException.class);
    assertThat(elsewhere).hasValue(0);
  }

  @Test
  void aPutWhoseAnswerWasLostIsOursThoughAnotherEndpointSaysThatItExists() throws IOException {
    String sum = Crc32c.base64(Crc32c.of(List.of(direct("content"))));
    HttpStub.Handler once =
        (connection, request, head) ->
            head.startsWith("HEAD")
                ? GOOD.replace("Length: 0", "Length: 7")
                    .replace("ETag", "x-amz-checksum-crc32c: " + sum + "\r\nETag")
                : null;
    HttpStub a = server(once);
    HttpStub b =
        server(
            (connection, request, head) ->
                head.startsWith("PUT") ? answer(412, "") : once.answer(connection, request, head));
    WriterOptions fresh = WriterOptions.DEFAULT.withReplaceExisting(false);

    assertThat(store(a, b).put(OBJECT, direct("content"), fresh).etag()).isEqualTo("e");
    assertThatThrownBy(() -> store(b).put(OBJECT, direct("content"), fresh))
        .isInstanceOf(AlreadyExistsException.class);
  }

  // ---- a real server behind relays

  private static final int SIZE = 300_000;
  private static final int OBJECTS = 40;

  private Relay relay(S3Server server, int port) throws IOException {
    Relay relay = Relay.to(server.endpoint(), port, connection -> Plan.NONE);
    open.add(relay);
    return relay;
  }

  private static byte[] content(int number) {
    byte[] content = new byte[SIZE];
    new Random(number).nextBytes(content);
    return content;
  }

  private static void check(ObjectStore store, Location prefix, int number) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE);
    store.read(new ReadRequest(prefix.append("o" + number), "", 0, target));
    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content(number)));
  }

  @Test
  void anEndpointThatDiesLosesNoByteAndComesBack() throws Exception {
    S3Server server = S3Server.best();
    String bucket = "endpoints-" + UUID.randomUUID();
    try (S3Client client = server.client()) {
      client.createBucket(create -> create.bucket(bucket));
    }
    Location prefix = new Location("s3", bucket, "");
    Relay a = relay(server, 0);
    Relay b = relay(server, 0);
    ObjectStore store =
        S3Stores.open(
            S3Config.builder()
                .endpoints(List.of(a.endpoint(), b.endpoint()))
                .region("us-east-1")
                .credentials(new S3Credentials(server.accessKeyId(), server.secretAccessKey(), ""))
                .partSize(5 << 20)
                .build());
    for (int i = 0; i < OBJECTS; i++) {
      store.put(prefix.append("o" + i), ByteBuffer.wrap(content(i)), WriterOptions.DEFAULT);
    }
    assertThat(a.connections()).isPositive();
    assertThat(b.connections()).isPositive();

    // Uploads, puts, reads and stats go on while one of the two is killed in their midst.
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int own = thread;
        all.add(
            threads.submit(
                () -> {
                  for (int i = own; !stop.get(); i++) {
                    work(store, prefix, own, i % OBJECTS);
                    done.incrementAndGet();
                  }
                  return null;
                }));
      }
      awaitMore(done, 16, all);
      int port = b.endpoint().getPort();
      b.close();
      awaitMore(done, 32, all);
      Relay again = relay(server, port);
      while (again.connections() < 2) {
        awaitMore(done, 1, all);
      }
      stop.set(true);
      for (Future<?> each : all) {
        each.get(60, SECONDS);
      }
    } finally {
      stop.set(true);
      threads.shutdownNow();
    }
    for (int i = 0; i < OBJECTS; i++) {
      check(store, prefix, i);
    }
  }

  private static void work(ObjectStore store, Location prefix, int thread, int number)
      throws IOException {
    if (thread == 0) {
      byte[] large = new byte[11 << 20];
      new Random(number).nextBytes(large);
      Location location = prefix.append("large");
      try (ObjectWriter writer = store.createWriter(location, WriterOptions.DEFAULT)) {
        writer.write(ByteBuffer.allocateDirect(large.length).put(large).flip());
        writer.complete();
      }
      assertThat(store.get(location)).isEqualTo(ByteBuffer.wrap(large));
    } else if (thread == 1) {
      store.put(
          prefix.append("o" + number), ByteBuffer.wrap(content(number)), WriterOptions.DEFAULT);
    } else {
      // The range engine reads on where a connection broke.
      assertThat(store.get(prefix.append("o" + number)))
          .isEqualTo(ByteBuffer.wrap(content(number)));
    }
  }

  private static void awaitMore(AtomicInteger done, int more, List<Future<?>> all)
      throws Exception {
    int goal = done.get() + more;
    while (done.get() < goal) {
      for (Future<?> each : all) {
        if (each.isDone()) {
          each.get();
        }
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void anEndpointThatGoesSilentOrResetsIsLeftForTheOther() throws Exception {
    S3Server server = S3Server.best();
    String bucket = "endpoints-" + UUID.randomUUID();
    try (S3Client client = server.client()) {
      client.createBucket(create -> create.bucket(bucket));
    }
    Location prefix = new Location("s3", bucket, "");
    for (End end : List.of(End.SILENCE, End.RESET, End.CLOSE)) {
      Relay bad = Relay.to(server.endpoint(), connection -> Plan.answerCut(end, 0));
      open.add(bad);
      ObjectStore store =
          S3Stores.open(
              S3Config.builder()
                  .endpoints(List.of(bad.endpoint(), server.endpoint()))
                  .region("us-east-1")
                  .credentials(
                      new S3Credentials(server.accessKeyId(), server.secretAccessKey(), ""))
                  .firstByteTimeout(java.time.Duration.ofMillis(500))
                  .maxAttempts(1)
                  .build());
      for (int i = 0; i < 10; i++) {
        store.put(prefix.append("o" + i), ByteBuffer.wrap(content(i)), WriterOptions.DEFAULT);
        check(store, prefix, i);
      }
      assertThat(bad.connections()).as("%s", end).isPositive();
    }
  }
}
