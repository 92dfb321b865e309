package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.gcs.GcsCredentials;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class GcsOptionsTest {
  private static final Location BUCKET = Location.parse("gs://bucket/");

  private static GcsConfig config(Map<String, String> options, String... hadoop) {
    Configuration settings = new Configuration(false);
    for (int i = 0; i < hadoop.length; i += 2) {
      settings.set(hadoop[i], hadoop[i + 1]);
    }
    return ResolvedOptions.forRead(options, Map.of())
        .withHadoop(settings, List.of(BUCKET))
        .storeConfig(List.of(BUCKET))
        .gcs("bucket");
  }

  @Test
  void everyOptionReachesTheStore() {
    assertThat(
            config(
                Map.of(
                    "endpoint", "http://127.0.0.1:4443",
                    "serviceAccountFile", "/key.json",
                    "userProject", "payer",
                    "checksum", "none",
                    "verifyRead", "whole",
                    "maxConnections", "7")))
        .isEqualTo(
            new GcsConfig(
                URI.create("http://127.0.0.1:4443"),
                new GcsCredentials.ServiceAccount("/key.json"),
                "payer",
                UploadChecksum.NONE,
                VerifyRead.WHOLE,
                ClientConfig.DEFAULT.withMaxConnections(7)));
    assertThat(config(Map.of())).isEqualTo(GcsConfig.DEFAULT);
    assertThat(config(Map.of("accessToken", "hidden")).credentials())
        .isEqualTo(new GcsCredentials.AccessToken("hidden"))
        .hasToString("AccessToken[redacted]");
    assertThat(config(Map.of("anonymous", "true")).credentials())
        .isEqualTo(new GcsCredentials.Anonymous());
  }

  @Test
  void twoKindsOfCredentialsAreRefused() {
    for (Map<String, String> two :
        List.of(
            Map.of("serviceAccountFile", "/key.json", "accessToken", "hidden"),
            Map.of("anonymous", "true", "accessToken", "hidden"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> config(two))
          .withMessage(
              "Invalid options: serviceAccountFile, accessToken and anonymous exclude each other");
    }
  }

  @Test
  void settingsOfHadoopAreTaken() {
    assertThat(
            config(
                Map.of(),
                "fs.gs.storage.root.url",
                "http://127.0.0.1:4443",
                "google.cloud.auth.service.account.json.keyfile",
                "/old.json",
                "fs.gs.auth.service.account.json.keyfile",
                "/key.json",
                "fs.gs.requester.pays.mode",
                "AUTO",
                "fs.gs.requester.pays.project.id",
                "payer"))
        .isEqualTo(
            GcsConfig.DEFAULT
                .withEndpoint(URI.create("http://127.0.0.1:4443"))
                .withCredentials(new GcsCredentials.ServiceAccount("/key.json"))
                .withUserProject("payer"));
    assertThat(config(Map.of(), "fs.gs.auth.type", "UNAUTHENTICATED").credentials())
        .isEqualTo(new GcsCredentials.Anonymous());
    assertThat(
            config(
                    Map.of("accessToken", "mine"),
                    "fs.gs.auth.service.account.json.keyfile",
                    "/key.json")
                .credentials())
        .isEqualTo(new GcsCredentials.AccessToken("mine"));
  }

  @Test
  void whatWeCannotDoOfHadoopsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(Map.of(), "fs.gs.auth.type", "USER_CREDENTIALS"))
        .withMessageStartingWith("Invalid fs.gs.auth.type: 'USER_CREDENTIALS' is not known here");
  }

  @Test
  void whatIsFoundByItselfIsOfGooglesServersAlone() {
    assertThat(
            config(
                    Map.of(),
                    "fs.gs.auth.type",
                    "APPLICATION_DEFAULT",
                    "fs.gs.storage.root.url",
                    "https://storage-me.p.googleapis.com/")
                .credentials())
        .isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                config(
                    Map.of(),
                    "fs.gs.auth.type",
                    "APPLICATION_DEFAULT",
                    "fs.gs.storage.root.url",
                    "https://storage.example"))
        .withMessageStartingWith(
            "Invalid fs.gs.auth.type: it is APPLICATION_DEFAULT, whose tokens");
  }
}
