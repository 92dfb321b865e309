package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.OpenStores;
import io.s3dlio.storage.transport.HttpStub;
import io.s3dlio.testing.Relay;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers of https, AWS's own among them: a stub with a certificate, behind a proxy's tunnel. */
@Timeout(120)
class S3RegionTest {
  private static final Location OBJECT = new Location("s3", "data", "dir/object");
  private static final String TIMES = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

  private static Path folder;

  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void makeCertificate(@TempDir Path empty) throws Exception {
    folder = empty;
    keytool(
        "-genkeypair",
        "-alias",
        "s",
        "-keyalg",
        "EC",
        "-dname",
        "CN=aws",
        "-ext",
        "san=dns:*.s3.us-east-1.amazonaws.com,dns:*.s3.eu-west-1.amazonaws.com,dns:localhost");
    keytool("-exportcert", "-rfc", "-alias", "s", "-file", folder.resolve("ca.pem").toString());
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            folder.resolve("keys.p12").toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            "changeit"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private HttpStub serve(UnaryOperator<String> answer) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("keys.p12"))) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    HttpStub server =
        new HttpStub(
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            (connection, request, head) -> {
              heads.add(head);
              return answer.apply(head);
            });
    open.add(server);
    return server;
  }

  /** Returns a store of AWS in us-east-1 whose requests reach the stub, wherever they should go. */
  private ObjectStore open(UnaryOperator<String> answer) throws Exception {
    HttpStub server = serve(answer);
    Relay tunnel = Relay.tunnelTo(server.endpoint().port());
    open.add(tunnel);
    return open(
        S3Config.builder()
            .region("us-east-1")
            .credentials(new S3Credentials("id", "very-secret", ""))
            .build(),
        Map.of(
            "HTTPS_PROXY", tunnel.endpoint().toString(),
            "AWS_CA_BUNDLE", folder.resolve("ca.pem").toString()));
  }

  private ObjectStore open(S3Config config, Map<String, String> environment) {
    OpenStores.Opened opened = S3Stores.create(config, environment);
    open.add(opened.end()::run);
    return opened.store();
  }

  private static String elsewhere(int status, String code, String region) {
    String body =
        status == 301
            ? ""
            : "<Error><Code>%s</Code><Region>%s</Region></Error>".formatted(code, region);
    return "HTTP/1.1 "
        + status
        + " x\r\n"
        + (status == 301 ? "x-amz-bucket-region: " + region + "\r\n" : "")
        + "Location: https://evil.example/\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "301 PermanentRedirect",
        "307 TemporaryRedirect",
        "400 AuthorizationHeaderMalformed"
      })
  void aBucketInAnotherRegionIsFoundAndRemembered(String answer) throws Exception {
    int status = Integer.parseInt(answer.substring(0, 3));
    ObjectStore store =
        open(
            head ->
                head.contains("us-east-1")
                    ? elsewhere(status, answer.substring(4), "eu-west-1")
                    : "HTTP/1.1 204 x\r\n" + TIMES + "\r\n");

    store.delete(OBJECT);
    store.delete(OBJECT);

    assertThat(heads).hasSize(3);
    assertThat(heads.get(0))
        .contains("Host: data.s3.us-east-1.amazonaws.com\r\n")
        .contains("/us-east-1/s3/aws4_request");
    for (String head : heads.subList(1, 3)) {
      assertThat(head)
          .contains("Host: data.s3.eu-west-1.amazonaws.com\r\n")
          .contains("/eu-west-1/s3/aws4_request");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"us-east-1", "", "x.evil.example", "evil.example/", "Eu West", "a\u00e9"})
  void aRegionThatIsNoneOrTheSameIsNotGoneTo(String region) throws Exception {
    ObjectStore store = open(head -> elsewhere(301, "PermanentRedirect", region));

    assertThatThrownBy(() -> store.delete(OBJECT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("status 301");
    assertThat(heads).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void regionsThatSendEachOtherOnEndInAnError(boolean again) throws Exception {
    ObjectStore store =
        open(
            head ->
                elsewhere(
                    301,
                    "PermanentRedirect",
                    head.contains("us-east-1") == again ? "eu-west-1" : "us-east-1"));

    assertThatThrownBy(() -> store.delete(OBJECT)).isInstanceOf(StorageException.class);
    assertThat(heads.size()).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerIsTrustedByItsBundleAlone(S3Config.Transport transport) throws Exception {
    HttpStub server = serve(head -> "HTTP/1.1 204 x\r\n" + TIMES + "\r\n");
    S3Config.Builder config =
        S3Config.builder()
            .transport(transport)
            .endpoint(URI.create("https://localhost:" + server.endpoint().port()))
            .region("us-east-1")
            .credentials(new S3Credentials("id", "very-secret", ""))
            .maxAttempts(1);

    open(config.caBundle(folder.resolve("ca.pem").toString()).build(), Map.of()).delete(OBJECT);

    ObjectStore without = open(config.caBundle(null).build(), Map.of());
    assertThatThrownBy(() -> without.delete(OBJECT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("certification path");
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerThatTakesNoConnectionIsLeft(S3Config.Transport transport) throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        SocketChannel waiting = SocketChannel.open();
        open.add(waiting);
        waiting.configureBlocking(false);
        waiting.connect(full.getLocalSocketAddress());
      }
      ObjectStore store =
          open(
              S3Config.builder()
                  .transport(transport)
                  .endpoint(URI.create("http://127.0.0.1:" + full.getLocalPort()))
                  .region("us-east-1")
                  .credentials(new S3Credentials("id", "very-secret", ""))
                  .connectTimeout(Duration.ofMillis(300))
                  .maxAttempts(1)
                  .build(),
              Map.of());

      assertThatThrownBy(() -> store.delete(OBJECT))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Cannot delete " + OBJECT);
    }
  }
}
