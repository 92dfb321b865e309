package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No failure, and nothing that can be printed, shows a key or a signature. */
class AzureSecretsTest extends ScriptedAzure {
  private static final String SAS = "sv=2023-11-03&sp=rwdl&sig=very%2Fsecret%3D";

  static String trace(Throwable e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  private static AzureConfig signed(AzureConfig config) {
    return config
        .withCredentials(new AzureCredentials.Sas(SAS))
        .withClient(
            config
                .client()
                .withMaxAttempts(2)
                .withStallTimeout(Duration.ofMillis(100))
                .withFirstByteTimeout(Duration.ofMillis(500)));
  }

  /** What the server answers, if anything; some servers and proxies quote what they were asked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "400", "401", "403", "404", "409", "412", "416", "429", "500", "503", "307", "200",
        "closed", "garbled", "stalled"
      })
  void noFailureShowsASignature(String kind) throws IOException {
    ObjectStore store = open((n, head) -> answer(kind, head), AzureSecretsTest::signed);

    for (ThrowingCallable operation :
        List.<ThrowingCallable>of(
            () -> store.stat(OBJECT),
            () -> store.read(read(0, ByteBuffer.allocateDirect(4))),
            () -> store.put(OBJECT, direct("x"), WriterOptions.DEFAULT),
            () -> store.put(OBJECT, direct("x"), NOT_REPLACING),
            () -> upload(store, WriterOptions.DEFAULT),
            () -> store.delete(OBJECT),
            () -> store.deleteBatch(List.of(OBJECT, OBJECT.withKey("b"))),
            () -> {
              try (ObjectListing listing = store.list(OBJECT, ListOptions.RECURSIVE)) {
                listing.hasNext();
              }
            })) {
      Throwable e = catchThrowable(operation);
      if (e != null) {
        assertThat(trace(e))
            .doesNotContain("very/secret", "very%2Fsecret", "very%2fsecret", "secret");
      }
    }
    assertThat(heads).isNotEmpty().allMatch(head -> head.contains("sig=very%2Fsecret%3D"));
  }

  private static @Nullable String answer(String kind, String head) {
    String target = head.substring(0, head.indexOf(" HTTP/1.1"));
    String quoted =
        "<Error><Code>Odd</Code><Message>Cannot serve "
            + target.replace("&", "&amp;")
            + " for you</Message></Error>";
    return switch (kind) {
      case "closed" -> null;
      case "garbled" -> "HTTP/1.1 " + target + "\r\n\r\n";
      case "stalled" -> "HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n" + target;
      default ->
          head.startsWith("HEAD")
              ? body(
                  Integer.parseInt(kind),
                  "",
                  "x-ms-error-code: Odd-" + target.replace(' ', '-') + "\r\n")
              : body(Integer.parseInt(kind), quoted, "Location: http://x/?" + SAS + "\r\n");
    };
  }

  @Test
  void nothingThatIsPrintedShowsASecret() {
    AzureConfig sas = AzureConfig.DEFAULT.withCredentials(new AzureCredentials.Sas(SAS));
    AzureConfig key = AzureConfig.DEFAULT.withCredentials(new AzureCredentials.SharedKey(KEY));

    AzureConfig application =
        AzureConfig.DEFAULT.withCredentials(
            new AzureCredentials.ServicePrincipal("tenant", "client", "very-secret"));

    assertThat(application + "").contains("client").doesNotContain("secret");
    assertThat(sas.toString() + StoreConfig.DEFAULT.withAzure(sas)).doesNotContain("secret");
    assertThat(key.toString() + StoreConfig.DEFAULT.withAzure(key)).doesNotContain(KEY);
  }

  @Test
  void noRefusedSettingShowsASecret() {
    for (ThrowingCallable wrong :
        List.<ThrowingCallable>of(
            () -> new AzureCredentials.SharedKey("very-secret"),
            () -> new AzureCredentials.Sas("very secret"),
            () -> AzureConfig.DEFAULT.withEndpoint(URI.create("https://x.example/?sig=secret")),
            () -> AzureConfig.DEFAULT.withEndpoint(URI.create("https://u:secret@x.example/")),
            () -> ConnectionString.apply(AzureConfig.DEFAULT, "AccountKey=secret"),
            () ->
                ConnectionString.apply(
                    AzureConfig.DEFAULT,
                    "BlobEndpoint=https://x^/?sig=secret;SharedAccessSignature=sig=secret"),
            () ->
                AzureStores.create(
                    AzureConfig.DEFAULT,
                    Map.of(
                        "AZURE_STORAGE_ACCOUNT", "account", "AZURE_STORAGE_KEY", "very-secret")))) {
      assertThatThrownBy(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .satisfies(e -> assertThat(trace(e)).doesNotContain("secret@", "=secret", "y-secret"));
    }
  }
}
