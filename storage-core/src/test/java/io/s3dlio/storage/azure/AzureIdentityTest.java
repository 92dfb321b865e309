package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.CredentialUnavailableException;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.OpenStores.Opened;
import io.s3dlio.storage.transport.Endpoint;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Requests in the name of an identity of the Azure SDK. */
class AzureIdentityTest extends ScriptedAzure {
  private static final String UNAUTHORIZED = headError(401, "InvalidAuthenticationInfo");

  private final AtomicInteger asked = new AtomicInteger();
  private final List<Opened> opened = new ArrayList<>();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @AfterEach
  void close() {
    opened.forEach(store -> store.end().run());
  }

  private ObjectStore openWith(TokenCredential credential, Script script) throws IOException {
    AzureConfig config =
        AzureConfig.DEFAULT
            .withEndpoint(URI.create(serve(script) + "/account"))
            .withCredentials(new AzureCredentials.Identity(null));
    Opened store = AzureStores.create(config, Map.of(), identity -> new SdkIdentity(credential));
    opened.add(store);
    return store.store();
  }

  private Mono<AccessToken> token() {
    return Mono.fromSupplier(
        () ->
            new AccessToken(
                "secret-token-" + asked.incrementAndGet(), OffsetDateTime.now().plusHours(1)));
  }

  @Test
  void oneTokenServesManyRequests() throws IOException {
    List<String> scopes = new ArrayList<>();
    ObjectStore store =
        openWith(
            context -> {
              scopes.addAll(context.getScopes());
              return token();
            },
            (n, head) -> head(7, "e1", ""));

    store.stat(OBJECT);
    store.stat(OBJECT);

    assertThat(asked).hasValue(1);
    assertThat(scopes).containsExactly("https://storage.azure.com/.default");
    assertThat(heads)
        .hasSize(2)
        .allMatch(head -> field(head, "Authorization").equals("Bearer secret-token-1"));
  }

  @Test
  void aTokenThatTheServerRefusesIsReplacedOnce() throws IOException {
    ObjectStore store =
        openWith(context -> token(), (n, head) -> n == 0 ? UNAUTHORIZED : head(7, "e1", ""));

    assertThat(store.stat(OBJECT).length()).isEqualTo(7);
    assertThat(field(heads.get(1), "Authorization")).isEqualTo("Bearer secret-token-2");

    heads.clear();
    ObjectStore refused = openWith(context -> token(), (n, head) -> UNAUTHORIZED);
    assertThatThrownBy(() -> refused.stat(OBJECT)).isInstanceOf(AccessDeniedException.class);
    assertThat(heads).hasSize(2);
  }

  @Test
  void aDeleteInABatchWhoseTokenIsRefusedIsDoneByItself() throws IOException {
    ObjectStore store =
        openWith(
            context -> token(),
            (n, head) ->
                n > 0
                    ? body(202, "", TIMES)
                    : body(
                        202,
                        "--b\r\nContent-ID: 0\r\n\r\nHTTP/1.1 401 x\r\n"
                            + "x-ms-error-code: InvalidAuthenticationInfo\r\n\r\n--b--\r\n",
                        "Content-Type: multipart/mixed; boundary=b\r\n"));

    store.deleteBatch(List.of(OBJECT));

    assertThat(heads).hasSize(2);
    assertThat(heads.get(1)).startsWith("DELETE /account/bucket/dir/object ");
  }

  @Test
  void aFailureNamesWhatWasTriedAndNoSecret() throws IOException {
    String assertion = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";
    for (RuntimeException thrown :
        List.of(
            new CredentialUnavailableException(
                "EnvironmentCredential authentication unavailable.\r\n"
                    + "Managed Identity response: client_secret=very-secret&x "
                    + assertion),
            new ClientAuthenticationException(
                "EnvironmentCredential: {\"access_token\":\"very-secret\"} " + assertion, null))) {
      ObjectStore store = openWith(context -> Mono.error(thrown), (n, head) -> CREATED);

      assertThatThrownBy(() -> store.put(OBJECT, direct("x"), WriterOptions.DEFAULT))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("Cannot put az://bucket/dir/object")
          .hasMessageContaining("EnvironmentCredential")
          .hasMessageContaining("Set accountAccessKey")
          .satisfies(
              e ->
                  assertThat(AzureSecretsTest.trace(e))
                      .doesNotContain("very-secret", "eyJhbGci", "\n  Managed"));
    }
    assertThat(heads).as("nothing is sent without").isEmpty();
  }

  @Test
  void noTokenIsSentInTheClearButToThisMachine() {
    AccessTokens.Source source =
        () -> {
          throw new IOException("never asked");
        };
    assertThatThrownBy(
            () -> AzureStores.identity(source, new Endpoint(false, "storage.example", 80)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http, over which no identity's token is sent");
    for (Endpoint safe :
        List.of(
            new Endpoint(true, "storage.example", 443),
            new Endpoint(false, "localhost", 80),
            new Endpoint(false, "127.0.0.1", 80),
            new Endpoint(false, "::1", 80))) {
      assertThat(AzureStores.identity(source, safe)).isNotNull();
    }
  }

  /** The real chain, in a process whose environment says where a machine's identity is. */
  @Test
  void theDefaultChainFindsTheIdentityOfAnAppService() throws Exception {
    URI server =
        serve(
            (n, head) ->
                head.startsWith("GET /msi/token")
                    ? body(
                        200,
                        "{\"access_token\":\"machines-token\",\"expires_on\":\"4102444800\","
                            + "\"resource\":\"https://storage.azure.com\",\"token_type\":\"Bearer\"}",
                        "Content-Type: application/json\r\n")
                    : head(7, "e1", ""));

    String printed =
        run(
            System.getProperty("java.class.path"),
            Map.of("IDENTITY_ENDPOINT", server + "/msi/token", "IDENTITY_HEADER", "header-secret"),
            server + "/account");

    assertThat(printed).contains("etag e1");
    assertThat(heads.get(0)).contains("resource=https").containsIgnoringCase("header-secret");
    assertThat(heads.stream().filter(head -> head.startsWith("HEAD")))
        .hasSize(2)
        .allMatch(head -> field(head, "Authorization").equals("Bearer machines-token"));
    assertThat(heads).as("one token for both").hasSize(3);
  }

  @Test
  void whoHasAKeyOrASignatureNeedsNoneOfTheSdk() throws Exception {
    URI server = serve((n, head) -> head(7, "e1", ""));
    List<String> all = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    List<String> classes =
        all.stream().filter(jar -> !jar.matches(".*(azure|msal4j|reactor)-[^/]*\\.jar")).toList();
    assertThat(classes.size()).isLessThan(all.size() - 5);

    for (Map<String, String> secret :
        List.of(
            Map.of("AZURE_STORAGE_KEY", KEY),
            Map.of("AZURE_STORAGE_SAS_TOKEN", "sv=2023-11-03&sig=abc"))) {
      assertThat(run(String.join(File.pathSeparator, classes), secret, server + "/account"))
          .contains("etag e1");
    }
  }

  private String run(String classPath, Map<String, String> environment, String endpoint)
      throws Exception {
    File log = folder.resolve("log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                AzureStatProgram.class.getName(),
                endpoint,
                OBJECT.toString())
            .redirectErrorStream(true)
            .redirectOutput(log);
    builder.environment().keySet().removeIf(name -> name.matches("(AZURE|IDENTITY|MSI|IMDS)_.*"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      String printed = java.nio.file.Files.readString(log.toPath());
      assertThat(ended).as(printed).isTrue();
      assertThat(process.exitValue()).as(printed).isZero();
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }
}
