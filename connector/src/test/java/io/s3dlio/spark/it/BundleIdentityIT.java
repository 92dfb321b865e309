package io.s3dlio.spark.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Azure SDK finds when the bundle alone brings it, under names that are not its own. */
class BundleIdentityIT {
  @TempDir Path folder;

  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private String endpoint;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/account/", this::stat);
    server.createContext("/msi/token", this::token);
    server.start();
    endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void stat(HttpExchange exchange) throws IOException {
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    exchange.getResponseHeaders().add("ETag", "\"e1\"");
    exchange.getResponseHeaders().add("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    exchange.getResponseHeaders().add("Content-Length", "7");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private void token(HttpExchange exchange) throws IOException {
    asked.add(exchange.getRequestURI().getQuery());
    byte[] answer =
        """
        {"access_token": "machines-token", "expires_on": "4102444800", "token_type": "Bearer",
         "resource": "https://storage.azure.com"}
        """
            .getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private ChildProcess run(Map<String, String> environment) throws IOException {
    String classPath =
        String.join(
            File.pathSeparator,
            Build.bundle().toString(),
            Build.sparkHome().resolve("jars").resolve("*").toString(),
            Path.of(
                    BlobStatProgram.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString());
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPath,
            BlobStatProgram.class.getName(),
            endpoint + "/account");
    builder.environment().keySet().removeIf(name -> name.matches("(AZURE|IDENTITY|MSI|IMDS)_.*"));
    builder.environment().putAll(environment);
    return ChildProcess.start(builder, folder.resolve("log"));
  }

  @Test
  void theDefaultChainFindsTheIdentityOfTheMachine() throws Exception {
    try (ChildProcess program =
        run(Map.of("IDENTITY_ENDPOINT", endpoint + "/msi/token", "IDENTITY_HEADER", "h"))) {
      assertThat(program.succeed()).contains("etag e1").doesNotContain("NoClassDefFound");
    }
    assertThat(authorizations).containsExactly("Bearer machines-token");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aSignatureOfTheEnvironmentAsksNobody() throws Exception {
    try (ChildProcess program = run(Map.of("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=s"))) {
      assertThat(program.succeed()).contains("etag e1");
    }
    assertThat(authorizations).containsExactly("null");
    assertThat(asked).isEmpty();
  }

  /** Every link of the chain is asked, and none may want for a class. */
  @Test
  void aChainThatFindsNothingSaysWhatItTriedAndMissesNoClass() throws Exception {
    try (ChildProcess program =
        run(
            Map.of(
                "AZURE_TOKEN_CREDENTIALS", "dev",
                "PATH", folder.toString(),
                "HOME", folder.toString()))) {
      assertThat(program.end(1))
          .contains("Cannot stat az://bucket/object")
          .containsIgnoringCase("AzureCliCredential")
          .contains("Set accountAccessKey")
          .doesNotContain("NoClassDefFound")
          .doesNotContain("ClassNotFound");
    }
    assertThat(authorizations).isEmpty();
  }
}
