package io.s3dlio.spark.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Google's auth library, when the bundle alone brings it, under names that are not its own. */
class BundleTokensIT {
  @TempDir Path folder;

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/storage/", this::stat);
    server.createContext("/", BundleTokensIT::metadata);
    server.createContext("/token", exchange -> answer(exchange, TOKEN));
    server.start();
  }

  private static final String TOKEN =
      """
      {"access_token": "the-token", "token_type": "Bearer", "expires_in": 3600}""";

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void stat(HttpExchange exchange) throws IOException {
    requests.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    answer(
        exchange,
        """
        {"name": "key", "size": "7", "generation": "17", "updated": "2026-01-02T03:04:05.678Z"}""");
  }

  /** As the server of metadata answers on Google's machines. */
  private static void metadata(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Metadata-Flavor", "Google");
    answer(exchange, TOKEN);
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    byte[] body = json.getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Path account() throws Exception {
    byte[] key = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
    return Files.writeString(
        folder.resolve("account.json"),
        """
        {"type": "service_account", "project_id": "p", "private_key_id": "1", "client_id": "2",
         "client_email": "reader@p.iam.example", "token_uri": "http://%s/token",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"}
        """
            .formatted(address(), Base64.getEncoder().encodeToString(key)));
  }

  private String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void assertAsksWithToken(Map<String, String> environment, String... more)
      throws Exception {
    String classPath =
        String.join(
            File.pathSeparator,
            Build.bundle().toString(),
            Build.sparkHome().resolve("jars").resolve("*").toString(),
            Path.of(
                    GcsStatProgram.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString());
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                GcsStatProgram.class.getName(),
                "http://" + address()));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLOUDSDK_CONFIG", folder.toString());
    builder.environment().putAll(environment);
    try (ChildProcess program = ChildProcess.start(builder, folder.resolve("log"))) {
      assertThat(program.succeed()).contains("etag 17").doesNotContain("NoClassDefFound");
    }
    assertThat(requests).containsExactly("Bearer the-token");
  }

  @Test
  void aServiceAccountsFileIsExchangedForAToken() throws Exception {
    assertAsksWithToken(Map.of(), account().toString());
  }

  @Test
  void theDefaultCredentialsAreAFileOfTheEnvironment() throws Exception {
    assertAsksWithToken(Map.of("GOOGLE_APPLICATION_CREDENTIALS", account().toString()));
  }

  @Test
  void theDefaultCredentialsAreTheMachinesOwn() throws Exception {
    assertAsksWithToken(Map.of("GCE_METADATA_HOST", address()));
  }
}
