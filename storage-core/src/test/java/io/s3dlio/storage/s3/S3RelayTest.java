package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.End;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** A real server over connections that break: at any byte, in any way, there and back. */
@Timeout(300)
class S3RelayTest {
  private static final S3Server SERVER = S3Server.best();
  private static final String BUCKET = "relay-" + UUID.randomUUID();
  private static final int SIZE = (2 << 20) + 3;
  private static final byte[] CONTENT = new byte[SIZE];

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

  private static ObjectStore through(Relay relay) {
    return S3Stores.open(
        S3Config.builder()
            .endpoint(relay.endpoint())
            .region("us-east-1")
            .credentials(new S3Credentials(SERVER.accessKeyId(), SERVER.secretAccessKey(), ""))
            .partSize(5 << 20)
            .firstByteTimeout(Duration.ofSeconds(2))
            .stallTimeout(Duration.ofSeconds(2))
            .build());
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
        ByteBuffer content = through(relay).get(object);

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
        through(relay).put(object, direct(CONTENT), WriterOptions.DEFAULT);

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
