package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.OpenStores;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests go and who they are from. */
class GcsSettingsTest extends ScriptedGcs {
  @Test
  void theEmulatorOfTheEnvironmentIsAskedByNobody() throws IOException {
    URI server = serve((n, head) -> found(7, 17));
    for (String host : new String[] {server.toString(), server.getAuthority(), " " + server}) {
      OpenStores.Opened opened =
          GcsStores.create(GcsConfig.DEFAULT, Map.of("STORAGE_EMULATOR_HOST", host));
      assertThat(opened.store().stat(OBJECT).etag()).isEqualTo("17");
      opened.end().run();
    }

    assertThat(heads).hasSize(3).noneMatch(head -> head.contains("Authorization"));
  }

  @Test
  void theEndpointThatIsGivenComesBeforeTheEnvironments() throws IOException {
    URI server = URI.create(serve((n, head) -> found(7, 17)) + "/base/");
    OpenStores.Opened opened =
        GcsStores.create(
            GcsConfig.DEFAULT.withEndpoint(server),
            Map.of("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1"));

    assertThat(opened.store().stat(OBJECT).etag()).isEqualTo("17");
    assertThat(heads.get(0)).startsWith("GET /base/storage/v1/b/bucket/o/dir%2Fobject?");
    opened.end().run();
  }

  @Test
  void whoeverIsNamedIsShownToAnyServer() throws IOException {
    ObjectStore store = open((n, head) -> found(7, 17));

    store.stat(OBJECT);

    assertThat(heads.get(0)).contains("\r\nAuthorization: Bearer very-secret\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "https://cloud.example, true",
    "http://localhost:4443, true",
    "http://127.0.0.1, true",
    "http://[::1]:80, true",
    "http://storage.googleapis.com, false",
    "http://127.example, false",
    "http://10.0.0.1:4443, false"
  })
  void noTokenTravelsWhereOthersCanReadIt(String endpoint, boolean isPrivate) {
    GcsConfig config =
        GcsConfig.DEFAULT
            .withEndpoint(URI.create(endpoint))
            .withCredentials(new GcsCredentials.AccessToken("very-secret"));

    ThrowingCallable open = () -> GcsStores.create(config, Map.of()).end().run();
    if (isPrivate) {
      assertThatCode(open).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(open)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tokens are sent over https")
          .hasMessageNotContaining("very-secret");
    }
    GcsStores.create(config.withCredentials(null), Map.of()).end().run();
  }

  @ParameterizedTest
  @CsvSource({
    "https://storage.googleapis.com, true",
    "https://storage-private.p.googleapis.com, true",
    "https://STORAGE.europe-west3.rep.googleapis.com, true",
    "http://storage.googleapis.com, false",
    "https://googleapis.com.example, false",
    "https://evilgoogleapis.com, false",
    "http://127.0.0.1:4443, false"
  })
  void onlyGooglesServersSeeATokenThatNobodyNamed(String endpoint, boolean isGoogle) {
    assertThat(new GcsAddressing(URI.create(endpoint)).isGoogle()).isEqualTo(isGoogle);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://x",
        "http://u:very-secret@x",
        "http://x?a=very-secret",
        "x:1",
        "http://x#y"
      })
  void anEndpointThatIsNoneIsToldWithoutItsText(String endpoint) {
    assertThatThrownBy(() -> new GcsAddressing(URI.create(endpoint)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid endpoint")
        .hasMessageNotContaining("very-secret");
  }

  @Test
  void credentialsShowNoSecretAndTravel() throws Exception {
    GcsConfig config =
        GcsConfig.DEFAULT.withCredentials(new GcsCredentials.AccessToken("very-secret"));

    assertThat(config.toString()).doesNotContain("very-secret").contains("redacted");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(config);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(config);
    }
  }

  @Test
  void checksumsOfOthersAreRefused() {
    assertThatThrownBy(() -> GcsConfig.DEFAULT.withChecksum(UploadChecksum.CRC64))
        .hasMessage("Invalid checksum: crc64 (gs:// has crc32c, md5 and none)");
  }
}
