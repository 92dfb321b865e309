package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.End;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** A real server over connections that break: at any byte, in any way, there and back. */
@Timeout(300)
@ExtendWith(NoLeaks.class)
class S3RelayTest {
  private static final S3Server SERVER = S3Server.best();
  private static final String BUCKET = "relay-" + UUID.randomUUID();
  private static final int SIZE = (2 << 20) + 3;
  private static final byte[] CONTENT = new byte[SIZE];

  /** Silence is found out by it; an answer that takes as long is asked for again. */
  private static final Duration IMPATIENT = Duration.ofMillis(500);

  private static S3Client client;

  private final Location object = new Location("s3", BUCKET, "dir/" + UUID.randomUUID());
  private long borrowed;

  @BeforeAll
  static void makeBucket() {
    client = SERVER.client();
    client.createBucket(create -> create.bucket(BUCKET));
    new Random(5).nextBytes(CONTENT);
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  @BeforeEach
  void countBuffers() {
    borrowed = BufferPool.shared().stats().leasedBytes();
  }

  @AfterEach
  void assertNothingIsLeft() {
    assertThat(BufferPool.shared().stats().leasedBytes()).as("buffers").isEqualTo(borrowed);
    assertThat(client.listMultipartUploads(list -> list.bucket(BUCKET)).uploads()).isEmpty();
  }

  private static S3Config.Builder config(Relay relay) {
    return S3Config.builder()
        .endpoint(relay.endpoint())
        .region("us-east-1")
        .credentials(new S3Credentials(SERVER.accessKeyId(), SERVER.secretAccessKey(), ""))
        .partSize(5 << 20)
        .firstByteTimeout(Duration.ofSeconds(2))
        .stallTimeout(Duration.ofSeconds(2));
  }

  private static ObjectStore through(Relay relay) {
    return S3Stores.open(config(relay).build());
  }

  /** Gives up on silence soon: where every connection but the first two is good. */
  private static ObjectStore impatient(Relay relay) {
    return S3Stores.open(config(relay).firstByteTimeout(IMPATIENT).stallTimeout(IMPATIENT).build());
  }

  private static Relay relay(IntFunction<Plan> plans) throws IOException {
    return Relay.to(SERVER.endpoint(), plans);
  }

  private void putContent() {
    client.putObject(put -> put.bucket(BUCKET).key(object.key()), RequestBody.fromBytes(CONTENT));
  }

  private byte[] stored() {
    return client.getObjectAsBytes(get -> get.bucket(BUCKET).key(object.key())).asByteArray();
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  // ---- reading

  @ParameterizedTest
  @EnumSource(value = End.class, names = "THEIRS", mode = EnumSource.Mode.EXCLUDE)
  void anAnswerThatIsCutAtAnyByteIsReadOn(End end) throws IOException {
    putContent();
    int[] cuts =
        end == End.SILENCE
            ? new int[] {0, 300, SIZE / 2}
            : new int[] {
              0,
              1,
              8,
              13,
              17,
              40,
              200,
              350,
              500,
              700,
              1000,
              4096,
              16_384,
              SIZE / 2,
              SIZE,
              SIZE + 100
            };
    for (int cut : cuts) {
      // The first connection is cut in the HEAD or the GET, the second in what follows it.
      try (Relay relay =
          relay(connection -> connection < 2 ? Plan.answerCut(end, cut) : Plan.NONE)) {
        ByteBuffer content = impatient(relay).get(object);

        assertThat(content).as("cut after %d bytes", cut).isEqualTo(ByteBuffer.wrap(CONTENT));
        assertThat(relay.connections()).isGreaterThan(1);
      }
    }
  }

  @Test
  void aSlowNetworkChangesNothing() throws IOException {
    putContent();
    try (Relay relay = relay(connection -> Plan.slow(5, 8 << 20))) {
      assertThat(through(relay).get(object)).isEqualTo(ByteBuffer.wrap(CONTENT));
    }
  }

  @Test
  void aServerThatStaysAwayFailsWithItsNameAndTheAttempts() throws IOException {
    putContent();
    try (Relay relay = relay(connection -> Plan.answerCut(End.RESET, 0))) {
      assertThatThrownBy(() -> through(relay).stat(object))
          .hasMessageContaining("Cannot stat " + object)
          .hasMessageContaining(relay.endpoint().getAuthority())
          .hasMessageContaining("after 5 attempts");
    }
  }

  @Test
  void anotherVersionIsNeverMixedIn() throws IOException {
    putContent();
    try (Relay relay = relay(connection -> Plan.NONE)) {
      ObjectStore store = through(relay);
      ObjectInfo listed = store.stat(object);
      ByteBuffer target = ByteBuffer.allocateDirect(SIZE);
      store.read(new ReadRequest(object, listed.etag(), 0, target.slice(0, 1000)));
      client.putObject(
          put -> put.bucket(BUCKET).key(object.key()), RequestBody.fromBytes(new byte[SIZE]));

      assertThatThrownBy(
              () ->
                  store.read(
                      new ReadRequest(object, listed.etag(), 1000, target.slice(1000, 9000))))
          .isInstanceOf(ObjectChangedException.class)
          .hasMessageContaining("List it again");
    }
  }

  @Test
  void aServerThatTakesRequestsAndNeverAnswersIsGivenUpInTime() throws IOException {
    try (Relay relay = relay(connection -> Plan.answerCut(End.SILENCE, 0))) {
      ObjectStore store =
          S3Stores.open(
              config(relay).firstByteTimeout(Duration.ofMillis(300)).maxAttempts(2).build());
      long before = System.nanoTime();

      assertThatThrownBy(() -> store.stat(object))
          .isInstanceOf(StorageTimeoutException.class)
          .hasMessage(
              "Cannot stat %s: Cannot get an answer from %s: no byte of it came within 300 ms (after"
                  + " 2 attempts). Raise firstByteTimeout if that is too short",
              object, relay.endpoint().getAuthority());

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
      assertThat(relay.connections()).as("a silent connection is not used again").isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"503 SlowDown", "500 InternalError"})
  void aStormOfRefusalsLosesNothingAndPasses(String refusal) throws IOException {
    int storm = 48;
    int threads = 32;
    String refused =
        "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".formatted(refusal);
    putContent();
    ObjectInfo listed = listed();
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE);
    List<ReadRequest> requests = new ArrayList<>();
    for (int from = 0; from < SIZE; from += 4096) {
      ByteBuffer some = target.slice(from, Math.min(4096, SIZE - from));
      requests.add(ReadRequest.of(listed, from, some));
    }
    try (Relay relay =
        relay(connection -> connection < storm ? Plan.refused(refused, 20) : Plan.slow(2, 0))) {
      ObjectStore store = S3Stores.open(config(relay).maxConnections(threads).build());
      BatchRead batch =
          RangeEngine.shared()
              .submit(store, requests, RangeEngineConfig.DEFAULT, threads, new CancellationToken());
      batch.await();

      assertThat(target).isEqualTo(ByteBuffer.wrap(CONTENT));
      assertThat(batch.stats().retries()).as("every refusal is one attempt").isEqualTo(storm);
      assertThat(relay.refusals()).hasSize(storm);
      if (refusal.startsWith("503")) {
        assertThat(relay.refusals().subList(threads, storm))
            .as("requests at once after the first refusals")
            .allMatch(atOnce -> atOnce <= threads / 2);
      }
      assertThat(relay.connections() - storm)
          .as("connections after the storm: as many as before, in the end")
          .isBetween(threads / 2, threads);
    }
  }

  private ObjectInfo listed() {
    HeadObjectResponse head = client.headObject(h -> h.bucket(BUCKET).key(object.key()));
    return new ObjectInfo(
        object, head.contentLength(), head.lastModified(), Etags.unquoted(head.eTag()));
  }

  /** What a server, or who stands before it, says of a good body. */
  private enum WrongHead {
    ANOTHER_RANGE("bytes 1000-1999/", "bytes 1001-2000/", "answered with 'bytes 1001-2000/"),
    MORE_THAN_ASKED("bytes 1000-1999/", "bytes 1000-2000/", "answered with 'bytes 1000-2000/"),
    NO_RANGE("Content-Range: ", "X-Range: ", "answered with ''"),
    SHORT_LENGTH("Content-Length: 1000", "Content-Length: 999", "a length of '999'"),
    LONG_LENGTH("Content-Length: 1000", "Content-Length: 1001", "a length of '1001'"),
    WHOLE("206 Partial Content", "200 OK", "the whole object"),
    ANOTHER_VERSION("ETag: \"", "ETag: \"0", "written again");

    final String from;
    final String to;
    final String reason;

    WrongHead(String from, String to, String reason) {
      this.from = from;
      this.to = to;
      this.reason = reason;
    }

    String rewrite(String head) {
      assertThat(head).containsIgnoringCase(from);
      int at = head.toLowerCase(Locale.ROOT).indexOf(from.toLowerCase(Locale.ROOT));
      return head.substring(0, at) + to + head.substring(at + from.length());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBodyUnderAWrongHeadIsNotTaken(WrongHead wrong) throws IOException {
    putContent();
    ObjectInfo listed = listed();
    ByteBuffer target = ByteBuffer.allocateDirect(1000);
    try (Relay relay = relay(connection -> Plan.rewritten(wrong::rewrite))) {
      ObjectStore store = through(relay);

      assertThatThrownBy(() -> store.read(ReadRequest.of(listed, 1000, target)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Cannot read " + object)
          .hasMessageContaining(wrong.reason);

      assertThat(target.position()).isZero();
      assertThat(target).isEqualTo(ByteBuffer.allocate(1000));
    }
  }

  @Test
  void aVersionThatComesBetweenTwoRangesOfOneReadFailsIt() throws IOException {
    putContent();
    ObjectInfo listed = listed();
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE);
    RangeEngineConfig oneByOne =
        RangeEngineConfig.DEFAULT
            .withMinSplitSize(1 << 20)
            .withChunkSize(1 << 20)
            .withMaxConcurrentRanges(1);
    try (Relay relay =
        relay(
            connection ->
                Plan.interrupted(
                    SIZE / 4,
                    () ->
                        client.putObject(
                            put -> put.bucket(BUCKET).key(object.key()),
                            RequestBody.fromBytes(new byte[SIZE]))))) {
      BatchRead batch =
          RangeEngine.shared()
              .submit(
                  through(relay),
                  List.of(ReadRequest.of(listed, 0, target)),
                  oneByOne,
                  1,
                  new CancellationToken());

      assertThatThrownBy(batch::await)
          .isInstanceOf(ObjectChangedException.class)
          .hasMessageContaining("Cannot read " + object)
          .hasMessageContaining("seen by the range of 1048576 bytes at 1048576")
          .hasMessageContaining("List it again");
    }
  }

  // ---- writing

  @ParameterizedTest
  @EnumSource(value = End.class, names = "THEIRS", mode = EnumSource.Mode.EXCLUDE)
  void aPutThatIsCutAtAnyByteIsWholeInTheEnd(End end) throws IOException {
    int[] cuts =
        end == End.SILENCE
            ? new int[] {300, SIZE}
            : new int[] {0, 1, 100, 400, 600, 1000, 65_536, SIZE / 2, SIZE, SIZE + 300};
    for (int cut : cuts) {
      try (Relay relay =
          relay(connection -> connection < 2 ? Plan.requestCut(end, cut) : Plan.NONE)) {
        impatient(relay).put(object, direct(CONTENT), WriterOptions.DEFAULT);

        assertThat(stored()).as("cut after %d bytes", cut).isEqualTo(CONTENT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = End.class,
      names = {"RESET", "CLOSE"})
  void aPutWhoseAnswerIsLostIsNoObjectOfAnother(End end) throws IOException {
    for (int cut : new int[] {0, 1, 15, 100}) {
      Location fresh = object.withKey(object.key() + end + cut);
      try (Relay relay =
          relay(connection -> connection == 0 ? Plan.answerCut(end, cut) : Plan.NONE)) {
        ObjectInfo written =
            through(relay)
                .put(fresh, direct(CONTENT), WriterOptions.DEFAULT.withReplaceExisting(false));

        assertThat(written.length()).isEqualTo(SIZE);
        assertThat(written.etag()).isEqualTo(through(relay).stat(fresh).etag());
      }
    }
  }

  @Test
  void anUploadSurvivesCutsOfEachOfItsConnections() throws IOException {
    Instant begun = Instant.now();
    byte[] large = new byte[12 << 20];
    new Random(6).nextBytes(large);
    for (int cut : new int[] {0, 10, 150}) {
      for (int broken = 0; broken < 4; broken++) {
        int number = broken;
        try (Relay relay =
                relay(
                    connection ->
                        connection == number ? Plan.answerCut(End.RESET, cut) : Plan.NONE);
            ObjectWriter writer = through(relay).createWriter(object, WriterOptions.DEFAULT)) {
          writer.write(direct(large));
          writer.complete();
        }
        assertThat(stored()).as("connection %d cut after %d", broken, cut).isEqualTo(large);
      }
    }
    // Nobody knows the id of an upload whose beginning was not answered; the job's end finds it.
    try (Relay relay = relay(connection -> Plan.NONE)) {
      UnfinishedWrites store = (UnfinishedWrites) through(relay);
      store.abortUnfinished(object.withKey("dir/"), "any", begun, all -> all);
    }
  }
}
