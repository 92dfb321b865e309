package io.s3dlio.storage.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.models.ParallelTransferOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.blob.specialized.BlobLeaseClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.testing.AzureServer;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Azure SDK reads what we write to Azurite, and we read what it writes. */
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
@ExtendWith(NoLeaks.class)
class AzuriteSdkTest {
  private static final AzureFixture FIXTURE = new AzureFixture(AzureServer.azurite().orElseThrow());
  private static final List<String> ODD =
      List.of(
          "plain",
          "a b",
          "100%",
          "%41%2F",
          "a+b",
          "a?b=c&d",
          "a#b",
          "gr\u00fc\u00dfe/\u65e5\u672c\u8a9e",
          "\ud834\udd1e",
          "a//b",
          "trailing.",
          "'(a)*!");

  @SuppressWarnings("NullAway.Init")
  private static BlobContainerClient sdk;

  private final ObjectStore store = FIXTURE.open();
  private final Location prefix = new Location("az", sdk.getBlobContainerName(), fresh());

  private static String fresh() {
    return UUID.randomUUID() + "/";
  }

  @BeforeAll
  static void connect() throws IOException {
    AzureServer server = FIXTURE.server();
    sdk =
        new BlobServiceClientBuilder()
            .endpoint(server.endpoint().toString())
            .credential(new StorageSharedKeyCredential(server.account(), server.key()))
            .httpClient(new JdkHttpClientBuilder().build())
            .buildClient()
            .getBlobContainerClient(FIXTURE.container());
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private BlobClient blob(Location location) {
    return sdk.getBlobClient(location.key());
  }

  private void assertStored(ObjectInfo written, byte[] content) {
    BlobProperties there = blob(written.location()).getProperties();
    assertThat(blob(written.location()).downloadContent().toBytes()).isEqualTo(content);
    assertThat(Etags.unquoted(there.getETag())).isEqualTo(written.etag());
    assertThat(there.getBlobSize()).isEqualTo(written.length());
    assertThat(there.getLastModified().toInstant()).isEqualTo(written.lastModified());
    assertThat(there.getContentType()).isEqualTo("application/octet-stream");
  }

  @ParameterizedTest
  @EnumSource(
      value = UploadChecksum.class,
      names = {"CRC64", "MD5", "NONE"})
  void theSdkReadsWhatWePutAtOnceAndInBlocks(UploadChecksum checksum) throws Exception {
    ObjectStore checked = AzureStores.open(FIXTURE.config().withChecksum(checksum));
    for (int size : new int[] {0, 1, 100_000, (5 << 20) + 1, 23 << 20}) {
      byte[] content = content(size);

      ObjectInfo put =
          checked.put(prefix.append("put-" + size), direct(content), WriterOptions.DEFAULT);

      assertStored(put, content);
      if (size <= 5 << 20) {
        assertThat(blob(put.location()).getProperties().getContentMd5())
            .as("of what is put at once the server keeps a sum")
            .isEqualTo(MessageDigest.getInstance("MD5").digest(content));
      }
      try (ObjectWriter writer =
          checked.createWriter(prefix.append("written-" + size), WriterOptions.DEFAULT)) {
        writer.write(direct(content));
        assertStored(writer.complete(), content);
      }
    }
  }

  @Test
  void theSdkReadsWhatWeWroteUnderConditions() throws IOException {
    for (int size : new int[] {10, 6 << 20}) {
      Location location = prefix.append("conditional-" + size);
      ObjectInfo first =
          store.put(
              location, direct(content(size)), WriterOptions.DEFAULT.withReplaceExisting(false));
      assertStored(first, content(size));

      ObjectInfo second =
          store.put(
              location, direct(content(size + 1)), WriterOptions.DEFAULT.withIfMatch(first.etag()));

      assertStored(second, content(size + 1));
    }
  }

  @Test
  void weReadAndListWhatTheSdkWrites() throws IOException {
    for (int size : new int[] {0, 1, 100_000, (9 << 20) + 13}) {
      BlobClient blob = blob(prefix.append("sdk-" + size));
      blob.uploadWithResponse(
          new BlobParallelUploadOptions(BinaryData.fromBytes(content(size)))
              .setParallelTransferOptions(
                  new ParallelTransferOptions()
                      .setBlockSizeLong(1L << 20)
                      .setMaxSingleUploadSizeLong(1L << 20)),
          null,
          null);
      BlobProperties there = blob.getProperties();

      ObjectInfo found = store.stat(prefix.append("sdk-" + size));

      assertThat(found.etag()).isEqualTo(Etags.unquoted(there.getETag()));
      assertThat(found.length()).isEqualTo(size);
      assertThat(bytes(store.get(found.location()))).isEqualTo(content(size));
      assertThat(list()).contains(found);
    }
  }

  @Test
  void namesAreOneHereAndThere() throws IOException {
    for (String key : ODD) {
      Location ours = prefix.append("ours/" + key);
      Location theirs = prefix.append("theirs/" + key);

      store.put(ours, direct(key.getBytes(UTF_8)), WriterOptions.DEFAULT);
      blob(theirs).upload(BinaryData.fromBytes(key.getBytes(UTF_8)));

      assertThat(blob(ours).downloadContent().toString()).as(key).isEqualTo(key);
      assertThat(bytes(store.get(theirs))).as(key).isEqualTo(key.getBytes(UTF_8));
    }
    List<String> listed = new ArrayList<>();
    for (BlobItem item : sdk.listBlobs(new ListBlobsOptions().setPrefix(prefix.key()), null)) {
      listed.add(
          "%s %d %s %s"
              .formatted(
                  item.getName(),
                  item.getProperties().getContentLength(),
                  Etags.unquoted(item.getProperties().getETag()),
                  item.getProperties().getLastModified().toInstant()));
    }
    assertThat(listed).hasSize(2 * ODD.size());
    assertThat(
            list().stream()
                .map(
                    object ->
                        "%s %d %s %s"
                            .formatted(
                                object.location().key(),
                                object.length(),
                                object.etag(),
                                object.lastModified())))
        .containsExactlyElementsOf(listed);
  }

  private List<ObjectInfo> list() throws IOException {
    List<ObjectInfo> found = new ArrayList<>();
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        found.add(listing.next());
      }
    }
    return found;
  }

  @Test
  void snapshotsAndUncommittedBlocksAreNotListedAndADeleteTakesThemAlong() throws IOException {
    Location location = prefix.append("object");
    store.put(location, direct(content(10)), WriterOptions.DEFAULT);
    blob(location).createSnapshot();
    blob(prefix.append("unfinished"))
        .getBlockBlobClient()
        .stageBlock("AAAA", BinaryData.fromString("x"));

    assertThat(list()).extracting(ObjectInfo::location).containsExactly(location);
    store.deleteBatch(List.of(location));

    assertThat(list()).isEmpty();
    store.put(location, direct(content(10)), WriterOptions.DEFAULT);
    blob(location).createSnapshot();
    store.delete(location);
    assertThat(list()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 6 << 20})
  void whatSomebodyHoldsALeaseOnIsNeitherReplacedNorDeleted(int size) throws IOException {
    Location location = prefix.append("leased-" + size);
    store.put(location, direct(content(1)), WriterOptions.DEFAULT);
    var lease = new BlobLeaseClientBuilder().blobClient(blob(location)).buildClient();
    lease.acquireLease(-1);

    assertThatThrownBy(() -> store.put(location, direct(content(size)), WriterOptions.DEFAULT))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("Somebody holds a lease on it");
    assertThatThrownBy(() -> store.delete(location)).isInstanceOf(AccessDeniedException.class);
    assertThatThrownBy(() -> store.deleteBatch(List.of(location)))
        .isInstanceOf(BatchDeleteException.class)
        .hasMessageContaining("Somebody holds a lease on it");
    assertThat(bytes(store.get(location))).as("it can be read").isEqualTo(content(1));

    lease.breakLease();
    store.put(location, direct(content(size)), WriterOptions.DEFAULT);
    store.delete(location);
  }

  @Test
  void aSharedAccessSignatureOfTheSdkServesEveryOperation() throws IOException {
    String token =
        sdk.generateSas(
            new BlobServiceSasSignatureValues(
                OffsetDateTime.now().plusHours(1), BlobContainerSasPermission.parse("racwdl")));
    ObjectStore signed =
        AzureStores.open(FIXTURE.config().withCredentials(new AzureCredentials.Sas(token)));
    Location small = prefix.append("a b+%");
    Location large = prefix.append("large");

    signed.put(small, direct(content(10)), WriterOptions.DEFAULT);
    try (ObjectWriter writer = signed.createWriter(large, WriterOptions.DEFAULT)) {
      writer.write(direct(content(6 << 20)));
      writer.complete();
    }
    assertThat(bytes(signed.get(small))).isEqualTo(content(10));
    assertThat(signed.stat(large).length()).isEqualTo(6 << 20);
    try (ObjectListing listing = signed.list(prefix, ListOptions.RECURSIVE)) {
      assertThat(listing.next().location()).isEqualTo(small);
    }
    signed.delete(small);
    signed.deleteBatch(List.of(large));
    assertThat(list()).isEmpty();

    String reading =
        sdk.generateSas(
            new BlobServiceSasSignatureValues(
                OffsetDateTime.now().plusHours(1), BlobContainerSasPermission.parse("rl")));
    ObjectStore reader =
        AzureStores.open(FIXTURE.config().withCredentials(new AzureCredentials.Sas(reading)));
    assertThatThrownBy(() -> reader.put(small, direct(content(1)), WriterOptions.DEFAULT))
        .isInstanceOf(AccessDeniedException.class)
        .satisfies(
            e ->
                assertThat(AzureSecretsTest.trace(e))
                    .doesNotContain(reading.substring(reading.indexOf("sig=") + 4)));
  }

  @Test
  void aWrongKeyIsDenied() {
    ObjectStore stranger =
        AzureStores.open(
            FIXTURE.config().withCredentials(new AzureCredentials.SharedKey("d3Jvbmc=")));

    assertThatThrownBy(() -> stranger.stat(prefix.append("x")))
        .isInstanceOf(AccessDeniedException.class);
    ObjectStore nobody =
        AzureStores.open(FIXTURE.config().withCredentials(new AzureCredentials.Anonymous()));
    assertThatThrownBy(
            () -> nobody.put(prefix.append("x"), direct(content(1)), WriterOptions.DEFAULT))
        .isInstanceOf(AccessDeniedException.class);
  }
}
