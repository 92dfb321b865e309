package io.s3dlio.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.s3dlio.testing.ServerChoice.Place;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether tests have their server, may do without it, or must fail. */
class ServerChoiceTest {
  private static final Map<String, String> NAMED =
      Map.of(
          "CI", "true",
          "S3DLIO_TEST_MINIO", "http://127.0.0.1:9000",
          "S3DLIO_TEST_KEY", "key",
          "S3DLIO_TEST_SECRET", "secret");

  @Test
  void aServerOfTheEnvironmentComesFirst() {
    assertThat(ServerChoice.MINIO.place(NAMED, () -> fail("Docker was asked")))
        .isEqualTo(Place.ENVIRONMENT);
    S3Server server = ServerChoice.MINIO.ofEnvironment(NAMED);
    assertThat(server.endpoint()).hasToString("http://127.0.0.1:9000");
    assertThat(server.accessKeyId()).isEqualTo("key");
    assertThat(server.secretAccessKey()).isEqualTo("secret");
  }

  @Test
  void dockerServesWhereTheEnvironmentDoesNot() {
    assertThat(ServerChoice.MINIO.place(Map.of("CI", "true"), () -> true)).isEqualTo(Place.DOCKER);
    assertThat(ServerChoice.MINIO.place(Map.of("S3DLIO_TEST_MINIO", " "), () -> true))
        .isEqualTo(Place.DOCKER);
  }

  @Test
  void aServerThatIsNowhereIsAFailureOnlyWhereAllTestsMustRun() {
    for (ServerChoice choice :
        List.of(
            ServerChoice.MINIO,
            ServerChoice.VERSITYGW,
            ServerChoice.AZURITE,
            ServerChoice.FAKE_GCS)) {
      assertThat(choice.place(Map.of(), () -> false)).isEqualTo(Place.NOWHERE);
      assertThat(choice.place(Map.of("CI", "false"), () -> false)).isEqualTo(Place.NOWHERE);
      assertThatThrownBy(() -> choice.place(Map.of("CI", "true"), () -> false))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(choice.name())
          .hasMessageContaining("CI=true")
          .hasMessageContaining(choice.variable());
    }
  }

  @Test
  void aServerWithoutItsKeysIsAFailure() {
    Map<String, String> keyless = Map.of("S3DLIO_TEST_MINIO", "http://127.0.0.1:9000");
    assertThatThrownBy(() -> ServerChoice.MINIO.ofEnvironment(keyless))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("S3DLIO_TEST_MINIO is set, S3DLIO_TEST_KEY is not");
  }
}
