package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectReader.Checks;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.storage.s3.S3Config.Verify;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.End;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.Tag;

/** What is compared with the sums, versions and settings that a MinIO keeps. */
@Timeout(300)
@EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
class S3IntegrityTest {
  private static final String BUCKET = "integrity-" + UUID.randomUUID();
  private static final int SIZE = 12 << 20;
  private static final RangeEngineConfig SMALL_RANGES =
      RangeEngineConfig.DEFAULT.withChunkSize(4 << 20).withMinSplitSize(1 << 20);

  private static S3Server server;
  private static S3Client client;

  private final Location object = new Location("s3", BUCKET, "dir/" + UUID.randomUUID());

  @BeforeAll
  static void makeBucket() {
    server = S3Server.minio().orElseThrow();
    client = server.client();
    client.createBucket(create -> create.bucket(BUCKET));
    client.putBucketVersioning(
        put ->
            put.bucket(BUCKET)
                .versioningConfiguration(all -> all.status(BucketVersioningStatus.ENABLED)));
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  private static ObjectStore open(
      URI endpoint, Transport transport, UnaryOperator<S3Config.Builder> more) {
    return S3Stores.open(
        more.apply(
                S3Config.builder()
                    .endpoint(endpoint)
                    .region("us-east-1")
                    .credentials(
                        new S3Credentials(server.accessKeyId(), server.secretAccessKey(), ""))
                    .partSize(5 << 20)
                    .transport(transport))
            .build());
  }

  private static ObjectStore open(Transport transport, UnaryOperator<S3Config.Builder> more) {
    return open(server.endpoint(), transport, more);
  }

  private static ByteBuffer content(int seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.allocateDirect(SIZE).put(bytes).flip();
  }

  /** Writes by one PUT, or in parts. */
  private ObjectInfo write(ObjectStore store, boolean parts) throws IOException {
    if (!parts) {
      return store.put(object, content(1), WriterOptions.DEFAULT);
    }
    try (ObjectWriter writer = store.createWriter(object, WriterOptions.DEFAULT)) {
      writer.write(content(1));
      return writer.complete();
    }
  }

  private static ByteBuffer read(ObjectReader from, ObjectInfo info, RangeEngineConfig ranges)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect((int) info.length());
    RangeEngine.shared()
        .submit(from, List.of(ReadRequest.of(info, 0, target)), ranges, 4, new CancellationToken())
        .await();
    return target.flip();
  }

  // ---- reading

  @ParameterizedTest
  @CsvSource({
    "OWN, NONE, 1, false",
    "OWN, WHOLE, 1, true",
    "OWN, ALL, 1, true",
    "OWN, NONE, 3, false",
    "OWN, WHOLE, 3, false",
    "OWN, ALL, 3, true",
    "SDK, NONE, 1, false",
    "SDK, WHOLE, 1, true",
    "SDK, ALL, 1, true",
    "SDK, WHOLE, 3, false",
    "SDK, ALL, 3, true",
  })
  void aByteThatChangesOnItsWayIsFound(
      Transport transport, VerifyRead verify, int ranges, boolean found) throws IOException {
    for (boolean parts : new boolean[] {false, true}) {
      ObjectInfo info = write(open(Transport.OWN, config -> config), parts);
      RangeEngineConfig cuts = ranges == 1 ? RangeEngineConfig.DEFAULT : SMALL_RANGES;
      try (Relay relay =
          Relay.to(
              server.endpoint(),
              connection -> connection == 0 ? Plan.garbled(3 << 20) : Plan.NONE)) {
        ObjectStore store = open(relay.endpoint(), transport, config -> config.verifyRead(verify));

        if (found) {
          assertThatThrownBy(() -> read(store, info, cuts))
              .isInstanceOf(CorruptException.class)
              .hasMessageContaining("Cannot read " + object)
              .hasMessageContaining("CRC32C");
        } else {
          assertThat(read(store, info, cuts)).isNotEqualTo(content(1));
        }
        assertThat(read(store, info, cuts)).as("it was on the way").isEqualTo(content(1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void rangesAndAttemptsAreComparedAsTheObjectThatTheyMake(Transport transport) throws IOException {
    ObjectInfo info = write(open(Transport.OWN, config -> config), true);
    for (RangeEngineConfig ranges : List.of(RangeEngineConfig.DEFAULT, SMALL_RANGES)) {
      try (Relay relay =
          Relay.to(
              server.endpoint(),
              connection -> connection == 0 ? Plan.answerCut(End.CLOSE, 3_000_000) : Plan.NONE)) {
        ObjectReader reader =
            open(relay.endpoint(), transport, config -> config.verifyRead(VerifyRead.ALL)).reader();

        assertThat(read(reader, info, ranges)).isEqualTo(content(1));
        assertThat(reader.checks()).isEqualTo(new Checks(1, 0));
        assertThat(relay.connections()).as("one was cut").isGreaterThan(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void whatCannotBeComparedIsReadAndCounted(Transport transport) throws IOException {
    ObjectStore store = open(transport, config -> config.verifyRead(VerifyRead.ALL));
    ObjectInfo info =
        write(open(Transport.OWN, config -> config.checksum(UploadChecksum.NONE)), false);
    ObjectReader reader = store.reader();

    assertThat(read(reader, info, SMALL_RANGES)).isEqualTo(content(1));

    assertThat(reader.checks()).as("the server keeps no sum").isEqualTo(new Checks(0, 1));
    ObjectInfo summed = write(open(Transport.OWN, config -> config), false);
    ByteBuffer part = ByteBuffer.allocateDirect(1 << 20);
    reader.read(ReadRequest.of(summed, 5, part));
    assertThat(reader.checks()).as("a part alone was read").isEqualTo(new Checks(0, 2));
  }

  // ---- writing

  @ParameterizedTest
  @EnumSource(Transport.class)
  void whatIsWrittenIsLookedAt(Transport transport) throws IOException {
    for (boolean parts : new boolean[] {false, true}) {
      for (UploadChecksum checksum : List.of(UploadChecksum.CRC32C, UploadChecksum.NONE)) {
        ObjectStore store =
            open(transport, config -> config.verify(Verify.HEAD).checksum(checksum));

        ObjectInfo written = write(store, parts);

        assertThat(written).isEqualTo(store.stat(object));
        assertThat(store.get(object)).isEqualTo(content(1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void tagsAreKeptWithTheObject(Transport transport) throws IOException {
    for (boolean parts : new boolean[] {false, true}) {
      write(open(transport, config -> config.tags("team=vision&cost=a%20b")), parts);

      assertThat(client.getObjectTagging(get -> get.bucket(BUCKET).key(object.key())).tagSet())
          .containsExactlyInAnyOrder(
              Tag.builder().key("team").value("vision").build(),
              Tag.builder().key("cost").value("a b").build());
    }
  }

  // ---- versions

  @ParameterizedTest
  @EnumSource(Transport.class)
  void aVersionIsReadAndNothingElseIsDone(Transport transport) throws IOException {
    String first =
        client
            .putObject(
                put -> put.bucket(BUCKET).key(object.key()), RequestBody.fromString("the first"))
            .versionId();
    client.putObject(
        put -> put.bucket(BUCKET).key(object.key()), RequestBody.fromString("another"));
    ObjectStore store = open(transport, config -> config.versionId(first));

    ObjectInfo info = store.stat(object);

    assertThat(info.length()).isEqualTo(9);
    assertThat(store.get(object)).isEqualTo(ByteBuffer.wrap("the first".getBytes()));
    assertThat(store.getRange(object, 4, 3)).isEqualTo(ByteBuffer.wrap("fir".getBytes()));
    for (ThrowingCallable other :
        List.<ThrowingCallable>of(
            () -> store.list(object, ListOptions.RECURSIVE),
            () -> store.put(object, ByteBuffer.allocate(1), WriterOptions.DEFAULT),
            () -> store.createWriter(object, WriterOptions.DEFAULT),
            () -> store.delete(object),
            () -> store.deleteBatch(List.of(object)))) {
      assertThatThrownBy(other)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("versionId=" + first)
          .hasMessageContaining("Leave versionId out");
    }
    client.deleteObject(delete -> delete.bucket(BUCKET).key(object.key()));
    assertThat(store.get(object))
        .as("deleted since")
        .isEqualTo(ByteBuffer.wrap("the first".getBytes()));
    assertThatThrownBy(() -> open(transport, config -> config).stat(object))
        .isInstanceOf(NotFoundException.class);
    String none = UUID.randomUUID().toString();
    assertThatThrownBy(() -> open(transport, config -> config.versionId(none)).stat(object))
        .isInstanceOf(NotFoundException.class);
  }
}
