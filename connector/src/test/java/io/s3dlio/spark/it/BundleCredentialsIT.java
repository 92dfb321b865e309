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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the AWS SDK finds when the bundle alone brings it, under names that are not its own. */
class BundleCredentialsIT {
  @TempDir Path folder;

  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final List<String> agents = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/bucket/", this::stat);
    server.createContext("/", BundleCredentialsIT::assumeRole);
    server.start();
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    environment =
        new HashMap<>(
            Map.of(
                "AWS_ENDPOINT_URL_S3",
                endpoint,
                "AWS_ENDPOINT_URL_STS",
                endpoint,
                "AWS_EC2_METADATA_DISABLED",
                "true",
                "AWS_CONFIG_FILE",
                folder.resolve("config").toString(),
                "AWS_SHARED_CREDENTIALS_FILE",
                folder.resolve("credentials").toString()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void stat(HttpExchange exchange) throws IOException {
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    agents.add(String.valueOf(exchange.getRequestHeaders().getFirst("User-Agent")));
    exchange.getResponseHeaders().add("ETag", "\"e1\"");
    exchange.getResponseHeaders().add("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    exchange.getResponseHeaders().add("Content-Length", "7");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static void assumeRole(HttpExchange exchange) throws IOException {
    String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String key = request.contains("WebIdentityToken=the-token") ? "WEBKEY" : "WRONG";
    byte[] answer =
        """
        <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
        <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
        </Credentials><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/x</Arn>
        <AssumedRoleId>id:x</AssumedRoleId></AssumedRoleUser></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
        """
            .formatted(key)
            .getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "text/xml");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private ChildProcess run(String transport) throws IOException {
    String classPath =
        String.join(
            File.pathSeparator,
            Build.bundle().toString(),
            Build.sparkHome().resolve("jars").resolve("*").toString(),
            Path.of(StatProgram.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString());
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPath,
            StatProgram.class.getName(),
            transport);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().putAll(environment);
    return ChildProcess.start(builder, folder.resolve("log"));
  }

  private void assertSignedBy(String key) throws Exception {
    try (ChildProcess program = run("OWN")) {
      assertThat(program.succeed()).contains("etag e1");
    }
    assertThat(authorizations).hasSize(1).allMatch(text -> text.contains("Credential=" + key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"OWN", "SDK"})
  void keysOfTheEnvironmentServeBothTransports(String transport) throws Exception {
    environment.put("AWS_ACCESS_KEY_ID", "ENVKEY");
    environment.put("AWS_SECRET_ACCESS_KEY", "secret");
    environment.put("AWS_REGION", "eu-test-1");

    try (ChildProcess program = run(transport)) {
      assertThat(program.succeed()).contains("etag e1").doesNotContain("NoClassDefFound");
    }

    assertThat(authorizations).hasSize(1);
    assertThat(authorizations.get(0)).contains("Credential=ENVKEY/").contains("/eu-test-1/s3/");
    assertThat(agents.get(0).startsWith("aws-sdk-java/")).isEqualTo(transport.equals("SDK"));
  }

  @Test
  void aProfileGivesKeysAndRegion() throws Exception {
    environment.put("AWS_PROFILE", "team");
    Files.writeString(folder.resolve("config"), "[profile team]\nregion = ap-test-2\n");
    Files.writeString(
        folder.resolve("credentials"),
        "[team]\naws_access_key_id = FILEKEY\naws_secret_access_key = secret\n");

    assertSignedBy("FILEKEY/");
    assertThat(authorizations.get(0)).contains("/ap-test-2/s3/");
  }

  @Test
  void aProcessGivesKeys() throws Exception {
    Files.writeString(
        folder.resolve("config"),
        """
        [default]
        credential_process = echo '{"Version": 1, "AccessKeyId": "RUNKEY", "SecretAccessKey": "s"}'
        """);

    assertSignedBy("RUNKEY/");
  }

  @Test
  void aWebIdentityIsExchangedForKeys() throws Exception {
    Files.writeString(folder.resolve("token"), "the-token");
    environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", folder.resolve("token").toString());
    environment.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader");
    environment.put("AWS_REGION", "us-east-1");

    assertSignedBy("WEBKEY/");
  }

  @Test
  void aProfileOfSsoFailsForWantOfALoginAndNotOfAClass() throws Exception {
    Files.writeString(
        folder.resolve("config"),
        """
        [default]
        sso_session = corp
        sso_account_id = 123456789012
        sso_role_name = reader
        [sso-session corp]
        sso_start_url = https://corp.example/start
        sso_region = us-east-1
        sso_registration_scopes = sso:account:access
        """);

    try (ChildProcess program = run("OWN")) {
      assertThat(program.end(1))
          .containsIgnoringCase("sso")
          .doesNotContain("NoClassDefFound")
          .doesNotContain("ClassNotFound")
          .doesNotContain("must be on the class path");
    }
    assertThat(authorizations).isEmpty();
  }
}
