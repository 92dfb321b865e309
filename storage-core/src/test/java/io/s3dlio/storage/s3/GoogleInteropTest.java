package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.OpenStores;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's XML API with HMAC keys; its host is reached through a proxy that answers itself. */
class GoogleInteropTest extends ScriptedS3 {
  private Runnable end = () -> {};

  private ObjectStore google(Script script) throws IOException {
    OpenStores.Opened opened =
        S3Stores.create(
            S3Config.builder()
                .endpoint(URI.create("http://storage.googleapis.com"))
                .region("auto")
                .credentials(new S3Credentials("GOOGKEY", "very-secret", ""))
                .partSize(5 << 20)
                .build(),
            Map.of("http_proxy", serve(script).toString()));
    end = opened.end();
    return opened.store();
  }

  @AfterEach
  void endStore() {
    end.run();
  }

  @Test
  void objectsOfABatchAreDeletedSingly() throws IOException {
    ObjectStore store = google((n, head) -> NO_CONTENT);
    List<Location> some = List.of(OBJECT.withKey("a"), OBJECT.withKey("b"));

    store.deleteBatch(some);

    assertThat(heads).hasSize(2);
    assertThat(heads.get(0)).startsWith("DELETE http://storage.googleapis.com/bucket/a ");
    assertThat(heads.get(1)).startsWith("DELETE http://storage.googleapis.com/bucket/b ");
  }

  @Test
  void nothingIsWrittenThatDependsOnWhatIsThere() throws IOException {
    ObjectStore store = google((n, head) -> head(7, "e1", ""));
    for (WriterOptions options : List.of(NOT_REPLACING, WriterOptions.DEFAULT.withIfMatch("e1"))) {
      assertThatThrownBy(() -> store.put(OBJECT, direct("content"), options))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessage(
              "Cannot put s3://bucket/dir/object: Google's servers have no conditional writes when"
                  + " spoken to as S3. Write to gs://bucket/..., or allow replacing");
      assertThatThrownBy(() -> upload(store, options)).hasMessageContaining("Write to gs://");
    }
    assertThat(heads).isEmpty();
  }

  @Test
  void whatDependsOnNothingIsWritten() throws IOException {
    ObjectStore store = google((n, head) -> body(200, "", TIMES + "ETag: \"e2\"\r\n"));

    assertThat(store.put(OBJECT, direct("content"), WriterOptions.DEFAULT).etag()).isEqualTo("e2");
    assertThat(heads.get(0)).contains("Credential=GOOGKEY/").doesNotContain("x-goog-");
  }

  @ParameterizedTest
  @CsvSource({
    "storage.googleapis.com, true",
    "storage-private.p.googleapis.com, true",
    "storage.googleapis.com.example, false",
    "s3.amazonaws.com, false",
    "127.0.0.1, false"
  })
  void googlesHostsAreKnown(String host, boolean isGoogle) {
    assertThat(GoogleInterop.isHost(host)).isEqualTo(isGoogle);
  }

  @ParameterizedTest
  @ValueSource(strings = {"OWN", "SDK"})
  void bothTransportsRefuse(S3Config.Transport transport) {
    S3Config config =
        S3Config.builder()
            .endpoint(URI.create("https://storage.googleapis.com"))
            .region("auto")
            .credentials(new S3Credentials("GOOGKEY", "very-secret", ""))
            .transport(transport)
            .build();

    assertThatThrownBy(() -> S3Stores.open(config).put(OBJECT, direct("content"), NOT_REPLACING))
        .hasMessageContaining("no conditional writes");
  }
}
