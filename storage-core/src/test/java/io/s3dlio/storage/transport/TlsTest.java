package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import io.s3dlio.testing.Relay;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both engines against the JDK's server, with certificates of its keytool. */
@Timeout(120)
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final HttpRequest GET = new HttpRequest("GET", "/a", HttpHeaders.EMPTY, List.of());
  private static final Connection.Limits LIMITS =
      new Connection.Limits(
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          1000,
          Duration.ofMillis(300));
  private static final String OK = "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nok";

  private final Path dir;

  TlsTest(@TempDir Path dir) {
    this.dir = dir;
  }

  /** A server's certificate, which is its own authority. */
  private record Identity(Path store, String bundle) {
    SSLContext server() throws Exception {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD);
      }
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(keys, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return context;
    }
  }

  private Identity identity(String name, String... more) throws Exception {
    Path store = dir.resolve(name + ".p12");
    Path bundle = dir.resolve(name + ".pem");
    List<String> generate =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                "s",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-keystore"));
    generate.addAll(List.of(store.toString(), "-storetype", "PKCS12", "-storepass", "changeit"));
    generate.addAll(List.of(more));
    keytool(generate);
    keytool(
        List.of(
            "-exportcert",
            "-rfc",
            "-alias",
            "s",
            "-keystore",
            store.toString(),
            "-storepass",
            "changeit",
            "-file",
            bundle.toString()));
    return new Identity(store, bundle.toString());
  }

  private static void keytool(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static HttpStub serve(Identity identity, HttpStub.Handler handler) throws Exception {
    ServerSocket socket =
        identity
            .server()
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    return new HttpStub(socket, handler);
  }

  private static TlsContext context(String engine, @Nullable String bundle) throws IOException {
    TlsContext context = engine.equals("jdk") ? TlsContext.ofJdk(bundle) : TlsContext.open(bundle);
    assertThat(context.isConscrypt())
        .as("the native library loads here")
        .isEqualTo(!engine.equals("jdk"));
    return context;
  }

  private static Connection connect(TlsContext context, HttpStub server, String host)
      throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress("127.0.0.1", server.endpoint().port()));
    TlsWire wire = new TlsWire(channel, context.engine(host, server.endpoint().port()));
    Connection connection = new Connection(wire, host, System::nanoTime);
    connection.start(Duration.ofSeconds(30));
    return connection;
  }

  @Test
  void aProxysTunnelLeadsToTheServerItself() throws Exception {
    Identity identity = identity("store.example", "-ext", "san=dns:store.example");
    try (HttpStub server = serve(identity, (connection, request, head) -> OK);
        Relay proxy = Relay.tunnel();
        HttpTransport transport =
            new HttpTransport(
                TransportConfig.DEFAULT
                    .withCaBundle(identity.bundle())
                    .withProxies(
                        ProxyRules.of(Map.of("https_proxy", proxy.endpoint().toString()))))) {
      Endpoint endpoint = new Endpoint(true, "store.example", server.endpoint().port());
      for (int i = 0; i < 3; i++) {
        assertThat(transport.exchange(endpoint, GET, null, 9, HeadCheck.NONE).status())
            .isEqualTo(200);
      }
      assertThat(proxy.tunnels()).hasSize(1);
      assertThat(proxy.tunnels().get(0))
          .startsWith("CONNECT store.example:" + server.endpoint().port() + " HTTP/1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void bodiesOfEverySizeTravelBothWays(String engine) throws Exception {
    Identity identity = identity("localhost", "-ext", "san=dns:localhost");
    byte[] body = new byte[3_000_001];
    new Random(1).nextBytes(body);
    String text = new String(body, ISO_8859_1);
    try (HttpStub server =
            serve(
                identity,
                (connection, request, head) -> {
                  int size =
                      Integer.parseInt(head.substring(head.indexOf('/') + 1, head.indexOf(" H")));
                  String continued =
                      head.contains("Expect:") ? "HTTP/1.1 100 Continue\r\n\r\n" : "";
                  return continued
                      + "HTTP/1.1 200 x\r\nContent-Length: "
                      + size
                      + "\r\n\r\n"
                      + text.substring(0, size);
                });
        Connection connection = connect(context(engine, identity.bundle()), server, "localhost")) {
      for (int size : new int[] {0, 1, 100, 16_383, 16_384, 16_385, 100_000, body.length}) {
        ByteBuffer target = ByteBuffer.allocateDirect(size);
        HttpRequest get = new HttpRequest("GET", "/" + size, HttpHeaders.EMPTY, List.of());
        connection.exchange(get, target, 0, HeadCheck.NONE, LIMITS);
        assertThat(target.flip()).as("%d", size).isEqualTo(ByteBuffer.wrap(body, 0, size));

        ByteBuffer sent = ByteBuffer.allocateDirect(size);
        HttpRequest put = new HttpRequest("PUT", "/2", HttpHeaders.EMPTY, List.of(sent));
        assertThat(connection.exchange(put, null, 9, HeadCheck.NONE, LIMITS).status())
            .isEqualTo(200);
      }
      assertThat(connection.isUsable()).isTrue();
      assertThat(connection.isStale()).isFalse();
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void aServerThatDoesNotAskForTheBodyGetsItAfterAWhile(String engine) throws Exception {
    Identity identity = identity("localhost", "-ext", "san=dns:localhost");
    try (HttpStub server =
            serve(identity, (connection, request, head) -> head.contains("Expect:") ? "" : OK);
        Connection connection = connect(context(engine, identity.bundle()), server, "localhost")) {
      HttpRequest put =
          new HttpRequest("PUT", "/2", HttpHeaders.EMPTY, List.of(ByteBuffer.allocateDirect(2000)));
      // The stub takes the body for the next head: what matters is that it came.
      Connection.Limits brief =
          new Connection.Limits(
              Duration.ofMillis(500),
              Duration.ofMillis(500),
              Duration.ofSeconds(9),
              1000,
              Duration.ofMillis(200));
      assertThat(connection.isStale()).isFalse();
      DeadlineWatch watch = new DeadlineWatch(System::nanoTime, () -> {});
      watch.add(connection.deadline());
      TransportException late =
          catchThrowableOfType(
              TransportException.class,
              () -> connection.exchange(put, null, 9, HeadCheck.NONE, brief));
      assertThat(late.phase()).isEqualTo(Phase.FIRST_BYTE);
      assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void aCertificateOfAnotherNameIsRefused(String engine) throws Exception {
    Identity identity = identity("localhost", "-ext", "san=dns:localhost");
    assertRefused(engine, identity, identity.bundle(), "store.example", "store.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anAddressThatTheCertificateDoesNotNameIsRefused(String engine) throws Exception {
    Identity identity = identity("127.0.0.1", "-ext", "san=dns:localhost");
    assertRefused(engine, identity, identity.bundle(), "127.0.0.1", "127.0.0.1");
    Identity named = identity("named", "-ext", "san=ip:127.0.0.1");
    try (HttpStub server = serve(named, (connection, request, head) -> OK);
        Connection connection = connect(context(engine, named.bundle()), server, "127.0.0.1")) {
      assertThat(connection.exchange(GET, null, 9, HeadCheck.NONE, LIMITS).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anExpiredCertificateIsRefused(String engine) throws Exception {
    Identity authority = identity("authority", "-ext", "bc:c=ca:true");
    Identity good = signed("good", authority, "-validity", "2");
    try (HttpStub server = serve(good, (connection, request, head) -> OK);
        Connection connection = connect(context(engine, authority.bundle()), server, "localhost")) {
      assertThat(connection.exchange(GET, null, 9, HeadCheck.NONE, LIMITS).status()).isEqualTo(200);
    }
    Identity expired = signed("expired", authority, "-startdate", "-9d", "-validity", "2");
    assertRefused(engine, expired, authority.bundle(), "localhost", "");
  }

  /** Returns a server whose certificate the authority has signed. */
  private Identity signed(String name, Identity authority, String... validity) throws Exception {
    Identity own = identity(name);
    Path request = dir.resolve(name + ".csr");
    Path certificate = dir.resolve(name + ".crt");
    keytool(store("-certreq", own, "-alias", "s", "-file", request.toString()));
    List<String> sign =
        store("-gencert", authority, "-alias", "s", "-rfc", "-ext", "san=dns:localhost");
    sign.addAll(List.of("-infile", request.toString(), "-outfile", certificate.toString()));
    sign.addAll(List.of(validity));
    keytool(sign);
    keytool(store("-importcert", own, "-alias", "ca", "-noprompt", "-file", authority.bundle()));
    keytool(store("-importcert", own, "-alias", "s", "-noprompt", "-file", certificate.toString()));
    return own;
  }

  private static List<String> store(String command, Identity identity, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(command, "-keystore", identity.store().toString(), "-storepass", "changeit"));
    all.addAll(List.of(more));
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anUnknownAuthorityIsRefused(String engine) throws Exception {
    Identity identity = identity("localhost", "-ext", "san=dns:localhost");
    assertRefused(engine, identity, null, "localhost", "");
    Identity other = identity("other", "-ext", "san=dns:localhost");
    assertRefused(engine, identity, other.bundle(), "localhost", "");
  }

  private static void assertRefused(
      String engine, Identity identity, @Nullable String bundle, String host, String named)
      throws Exception {
    try (HttpStub server = serve(identity, (connection, request, head) -> OK)) {
      TransportException refused =
          catchThrowableOfType(
              TransportException.class, () -> connect(context(engine, bundle), server, host));
      assertThat(refused.phase()).isEqualTo(Phase.CONNECT);
      assertThat(refused).hasMessageContaining("Cannot connect to " + host);
      assertThat(refused.getMessage() + refused.getCause()).contains(named);
      assertThat(server.requests()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anEndThatTlsDoesNotAnnounceIsNoEndOfABody(String engine) throws Exception {
    Identity identity = identity("localhost", "-ext", "san=dns:localhost");
    try (HttpStub server =
            serve(identity, (connection, request, head) -> "HTTP/1.1 200 x\r\n\r\nab");
        ServerSocket cutting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread proxy = new Thread(() -> cutAfterAnswer(cutting, server.endpoint().port()));
      proxy.start();
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress("127.0.0.1", cutting.getLocalPort()));
      TlsWire wire =
          new TlsWire(channel, context(engine, identity.bundle()).engine("localhost", 1));
      try (Connection connection = new Connection(wire, "localhost", System::nanoTime)) {
        connection.start(Duration.ofSeconds(30));
        assertThatThrownBy(() -> connection.exchange(GET, null, 99, HeadCheck.NONE, LIMITS))
            .isInstanceOf(TransportException.class);
      }
      proxy.join();
    }
  }

  /** Passes everything on, until the server has been silent for a while; then cuts. */
  private static void cutAfterAnswer(ServerSocket listening, int port) {
    try (Socket client = listening.accept();
        Socket server = new Socket("127.0.0.1", port)) {
      Thread up =
          new Thread(
              () -> {
                try {
                  client.getInputStream().transferTo(server.getOutputStream());
                } catch (IOException e) {
                  // The cut, as it was to be.
                  assertThat(e).isNotNull();
                }
              });
      up.start();
      server.setSoTimeout(1000);
      byte[] some = new byte[9000];
      try {
        for (int n = server.getInputStream().read(some);
            n >= 0;
            n = server.getInputStream().read(some)) {
          client.getOutputStream().write(some, 0, n);
        }
      } catch (java.net.SocketTimeoutException e) {
        client.close();
      }
      up.join();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBundleWithoutCertificatesIsRefused() throws IOException {
    Path empty = Files.createFile(dir.resolve("empty.pem"));
    assertThatThrownBy(() -> TlsContext.open(empty.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("empty.pem")
        .hasMessageContaining("no certificate");
  }

  @Test
  void theTransportSpeaksTlsToHttpsEndpoints() throws Exception {
    Identity identity = identity("localhost", "-ext", "san=dns:localhost");
    HttpTransport transport =
        new HttpTransport(TransportConfig.DEFAULT.withCaBundle(identity.bundle()));
    try (transport;
        HttpStub server = serve(identity, (connection, request, head) -> OK)) {
      Endpoint endpoint = new Endpoint(true, "localhost", server.endpoint().port());
      for (int i = 0; i < 3; i++) {
        assertThat(transport.exchange(endpoint, GET, null, 9, HeadCheck.NONE).status())
            .isEqualTo(200);
      }
      assertThat(server.connections()).isEqualTo(1);
    }
  }
}
