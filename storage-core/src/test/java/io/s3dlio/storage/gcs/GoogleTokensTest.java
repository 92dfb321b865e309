package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of a service account, from a server of tokens on this machine. */
class GoogleTokensTest extends ScriptedGcs {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private final AtomicInteger tokens = new AtomicInteger();

  /** Answers requests for tokens. */
  @FunctionalInterface
  private interface TokenServer {
    String answer(int number);
  }

  /** One attempt is enough: the library makes several of its own. */
  private ObjectStore open(TokenServer server, Script script) throws Exception {
    String uri = serve((n, head) -> server.answer(tokens.getAndIncrement())).toString();
    Path file = folder.resolve("account.json");
    byte[] key = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
    Files.writeString(
        file,
        """
        {"type": "service_account", "project_id": "p", "private_key_id": "1", "client_id": "2",
         "client_email": "reader@p.iam.example", "token_uri": "%s/token",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"}
        """
            .formatted(uri, Base64.getEncoder().encodeToString(key)));
    return open(
        script,
        config ->
            config
                .withCredentials(new GcsCredentials.ServiceAccount(file.toString()))
                .withClient(config.client().withMaxAttempts(1)));
  }

  private static String token(String token, int seconds) {
    return body(
        200,
        "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", \"expires_in\": %d}"
            .formatted(token, seconds),
        "Content-Type: application/json\r\n");
  }

  private List<String> authorizations() {
    List<String> authorizations = new ArrayList<>();
    for (String head : List.copyOf(heads)) {
      if (head.startsWith("GET")) {
        authorizations.add(field(head, "Authorization"));
      }
    }
    return authorizations;
  }

  @Test
  void oneTokenServesManyRequests() throws Exception {
    ObjectStore store = open(n -> token("t" + n, 3600), (n, head) -> found(7, 17));
    assertThat(tokens).as("nothing asks before the first request").hasValue(0);

    for (int i = 0; i < 5; i++) {
      store.stat(OBJECT);
    }

    assertThat(tokens).hasValue(1);
    assertThat(authorizations()).hasSize(5).containsOnly("Bearer t0");
    assertThat(servers.get(0).bodies().get(0)).contains("assertion=");
  }

  @Test
  void aTokenThatIsRefusedIsReplacedOnce() throws Exception {
    ObjectStore store =
        open(
            n -> token("t" + n, 3600),
            (n, head) -> head.contains("Bearer t1") ? found(7, 17) : error(401, "authError"));

    assertThat(store.stat(OBJECT).etag()).isEqualTo("17");

    assertThat(authorizations()).containsExactly("Bearer t0", "Bearer t1");
  }

  @Test
  void aSecondRefusalIsTold() throws Exception {
    ObjectStore store =
        open(n -> token("very-secret" + n, 3600), (n, head) -> error(401, "authError"));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("authError: told")
        .hasMessageNotContaining("very-secret");
    assertThat(tokens).hasValue(2);
    assertThat(authorizations()).hasSize(2);
  }

  @Test
  void theOldTokenIsUsedWhileOneThreadGetsTheNext() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    ObjectStore store =
        open(
            n -> {
              if (n == 1) {
                asked.countDown();
                await(answered);
              }
              // The first is good for 200 seconds more: soon it must be renewed.
              return token("t" + n, n == 0 ? 200 : 3600);
            },
            (n, head) -> found(7, 17));
    store.stat(OBJECT);
    CompletableFuture<Void> renewing =
        CompletableFuture.runAsync(
            () -> {
              try {
                store.stat(OBJECT);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    await(asked);

    store.stat(OBJECT);
    store.stat(OBJECT);

    assertThat(authorizations()).hasSize(3).containsOnly("Bearer t0");
    answered.countDown();
    renewing.get();
    store.stat(OBJECT);
    assertThat(authorizations()).endsWith("Bearer t1");
    assertThat(tokens).hasValue(2);
  }

  /** The library exchanges it over TLS alone. */
  @Test
  void anIdentityOfAWorkloadThatIsDescribedWronglyIsTold() throws Exception {
    Path file = folder.resolve("workload.json");
    Files.writeString(
        file,
        """
        {"type": "external_account", "audience": "//iam.example/p", "token_url": "http://x/token",
         "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
         "credential_source": {"file": "subject"}}
        """);
    ObjectStore store =
        open(
            (n, head) -> found(7, 17),
            config -> config.withCredentials(new GcsCredentials.ServiceAccount(file.toString())));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("The provided token URL is invalid");
  }

  @Test
  void whatIsWrongWithTheAccountIsTold() throws Exception {
    ObjectStore store =
        open(
            n ->
                body(
                    400,
                    "{\"error\": \"invalid_grant\", \"error_description\": \"account not found\"}",
                    "Content-Type: application/json\r\n"),
            (n, head) -> found(7, 17));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageStartingWith("Cannot stat gs://bucket/dir/object: there is no token for it: ")
        .hasMessageContaining("Check that serviceAccountFile")
        .hasMessageNotContaining("PRIVATE KEY");
    assertThat(authorizations()).isEmpty();
  }

  @Test
  void aServerOfTokensThatIsDownIsTriedAgain() throws Exception {
    ObjectStore store = open(n -> body(503, "", ""), (n, head) -> found(7, 17));

    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("there is no token for it");
  }

  @Test
  void aFileThatIsMissingOrWrongIsTold() throws Exception {
    Path wrong = folder.resolve("wrong.json");
    Files.writeString(wrong, "{\"private_key\": \"very-secret\"}");
    for (Path file : new Path[] {folder.resolve("none.json"), wrong}) {
      ObjectStore store =
          open(
              (n, head) -> found(7, 17),
              config -> config.withCredentials(new GcsCredentials.ServiceAccount(file.toString())));

      assertThatThrownBy(() -> store.stat(OBJECT))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("there is no token for it")
          .hasMessageContaining("serviceAccountFile")
          .hasMessageNotContaining("very-secret");
    }
    assertThat(heads).isEmpty();
  }
}
