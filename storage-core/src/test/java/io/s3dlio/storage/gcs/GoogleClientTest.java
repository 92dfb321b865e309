package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.InputStreamContent;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.testing.GcsServer;
import io.s3dlio.testing.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Google's own client makes of our objects, and we of its. */
@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
@ExtendWith(NoLeaks.class)
class GoogleClientTest {
  private static final GcsFixture FIXTURE = new GcsFixture(GcsServer.fake().orElseThrow());
  private static final List<String> KEYS =
      List.of("plain", "a b+c%41", "deep/er/gr\u00fc\u00dfe", "x?y#z&a=b", "\ud834\udd1e");

  private final Storage client =
      new Storage.Builder(new NetHttpTransport(), GsonFactory.getDefaultInstance(), request -> {})
          .setRootUrl(FIXTURE.server().endpoint() + "/")
          .setApplicationName("test")
          .build();
  private final ObjectStore store = FIXTURE.open();
  private Location prefix = FIXTURE.freshPrefix();

  @BeforeEach
  void begin() {
    prefix = FIXTURE.freshPrefix();
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private static String crc32c(byte[] content) {
    CRC32C sum = new CRC32C();
    sum.update(content);
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
    return Base64.getEncoder().encodeToString(bytes);
  }

  private void assertTheirs(ObjectInfo ours, byte[] content) throws IOException {
    Storage.Objects.Get get =
        client.objects().get(ours.location().container(), ours.location().key());
    StorageObject theirs = get.execute();
    assertThat(theirs.getSize().longValueExact()).isEqualTo(ours.length());
    assertThat(theirs.getGeneration()).isEqualTo(Long.parseLong(ours.etag()));
    assertThat(theirs.getCrc32c()).isEqualTo(crc32c(content));
    try (InputStream bytes = get.executeMediaAsInputStream()) {
      assertThat(bytes.readAllBytes()).isEqualTo(content);
    }
  }

  @Test
  void whatWePutAndWriteIsTheSameToGooglesClient() throws IOException {
    int part = FIXTURE.partSize();
    for (int length : new int[] {0, 1, 100_000, part, 2 * part + 77, 4 * part + 5}) {
      byte[] content = content(length);
      Location location = prefix.append("put-" + length);
      assertTheirs(store.put(location, ByteBuffer.wrap(content), WriterOptions.DEFAULT), content);
      try (ObjectWriter writer =
          store.createWriter(prefix.append("written-" + length), WriterOptions.DEFAULT)) {
        writer.write(ByteBuffer.wrap(content));
        assertTheirs(writer.complete(), content);
      }
    }
    for (String key : KEYS) {
      byte[] content = content(key.length());
      assertTheirs(
          store.put(prefix.append(key), ByteBuffer.wrap(content), WriterOptions.DEFAULT), content);
    }
  }

  @Test
  void whatGooglesClientWritesIsTheSameToUs() throws IOException {
    for (int length : new int[] {0, 1, 100_000, 11 << 20}) {
      byte[] content = content(length);
      Location location = prefix.append("object-" + length);
      StorageObject theirs = insert(location, content, length > 100_000);

      ObjectInfo ours = store.stat(location);
      assertThat(ours.length()).isEqualTo(length);
      assertThat(ours.etag()).isEqualTo(String.valueOf(theirs.getGeneration()));
      byte[] read = new byte[length];
      store.get(location).get(read);
      assertThat(read).isEqualTo(content);
    }
  }

  private StorageObject insert(Location location, byte[] content, boolean resumable)
      throws IOException {
    StorageObject named = new StorageObject().setName(location.key());
    Storage.Objects.Insert insert =
        resumable
            ? client
                .objects()
                .insert(
                    location.container(),
                    named,
                    new InputStreamContent(
                        "application/octet-stream", new ByteArrayInputStream(content)))
            : client
                .objects()
                .insert(
                    location.container(),
                    named,
                    new ByteArrayContent("application/octet-stream", content));
    insert.getMediaHttpUploader().setDirectUploadEnabled(!resumable);
    return insert.execute();
  }

  @Test
  void bothListTheSame() throws IOException {
    for (String key : KEYS) {
      insert(prefix.append(key), content(3), false);
      store.put(prefix.append(key + "2"), ByteBuffer.wrap(content(4)), WriterOptions.DEFAULT);
    }

    List<String> ours = new ArrayList<>();
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        ObjectInfo object = listing.next();
        ours.add(object.location().key() + ' ' + object.length() + ' ' + object.etag());
      }
    }
    assertThat(ours)
        .containsExactlyElementsOf(
            client
                .objects()
                .list(prefix.container())
                .setPrefix(prefix.key())
                .execute()
                .getItems()
                .stream()
                .map(o -> o.getName() + ' ' + o.getSize() + ' ' + o.getGeneration())
                .toList());
  }
}
