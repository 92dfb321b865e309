package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.telemetry.Counted;
import io.s3dlio.storage.transport.Identity.Text;
import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both engines against the JDK's server, with certificates made for it. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class TlsTest {
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

  private static Identity localhost() throws Exception {
    return Identity.selfSigned(Text.of("localhost").withDns("localhost"));
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
    Identity identity = Identity.selfSigned(Text.of("store.example").withDns("store.example"));
    try (HttpStub server = serve(identity, (connection, request, head) -> OK);
        Relay proxy = Relay.tunnel();
        HttpTransport transport =
            new HttpTransport(
                TransportConfig.DEFAULT
                    .withCaBundle(identity.bundle(dir))
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

  @Test
  void connectionsThatTheJdkCarriesAreCountedAndConscryptsAreNot() throws Exception {
    Identity identity = localhost();
    String bundle = identity.bundle(dir);
    try (HttpStub server = serve(identity, (connection, request, head) -> OK)) {
      assertThat(Counted.during(() -> connect(context("jdk", bundle), server, "localhost").close()))
          .isEqualTo(Map.of("tls.fallbacks", 1L));
      assertThat(
              Counted.during(
                  () -> connect(context("conscrypt", bundle), server, "localhost").close()))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void bodiesOfEverySizeTravelBothWays(String engine) throws Exception {
    Identity identity = localhost();
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
        Connection connection =
            connect(context(engine, identity.bundle(dir)), server, "localhost")) {
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
    Identity identity = localhost();
    try (HttpStub server =
            serve(identity, (connection, request, head) -> head.contains("Expect:") ? "" : OK);
        Connection connection =
            connect(context(engine, identity.bundle(dir)), server, "localhost")) {
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
    Identity identity = localhost();
    assertRefused(engine, identity, identity.bundle(dir), "store.example", "store.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anAddressThatTheCertificateDoesNotNameIsRefused(String engine) throws Exception {
    Identity identity = Identity.selfSigned(Text.of("127.0.0.1").withDns("localhost"));
    assertRefused(engine, identity, identity.bundle(dir), "127.0.0.1", "127.0.0.1");
    Identity named = Identity.selfSigned(Text.of("named").withAddress("127.0.0.1"));
    try (HttpStub server = serve(named, (connection, request, head) -> OK);
        Connection connection = connect(context(engine, named.bundle(dir)), server, "127.0.0.1")) {
      assertThat(connection.exchange(GET, null, 9, HeadCheck.NONE, LIMITS).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anExpiredCertificateIsRefused(String engine) throws Exception {
    Identity authority = Identity.selfSigned(Text.of("authority").asAuthority());
    Identity good = authority.sign(Text.of("good").withDns("localhost"));
    try (HttpStub server = serve(good, (connection, request, head) -> OK);
        Connection connection =
            connect(context(engine, authority.bundle(dir)), server, "localhost")) {
      assertThat(connection.exchange(GET, null, 9, HeadCheck.NONE, LIMITS).status()).isEqualTo(200);
    }
    Identity expired = authority.sign(Text.of("expired").withDns("localhost").expired());
    assertRefused(engine, expired, authority.bundle(dir), "localhost", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conscrypt", "jdk"})
  void anUnknownAuthorityIsRefused(String engine) throws Exception {
    Identity identity = localhost();
    assertRefused(engine, identity, null, "localhost", "");
    Identity other = Identity.selfSigned(Text.of("other").withDns("localhost"));
    assertRefused(engine, identity, other.bundle(dir), "localhost", "");
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
    Identity identity = localhost();
    try (HttpStub server =
            serve(identity, (connection, request, head) -> "HTTP/1.1 200 x\r\n\r\nab");
        ServerSocket cutting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread proxy = new Thread(() -> cutAfterAnswer(cutting, server.endpoint().port()));
      proxy.start();
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress("127.0.0.1", cutting.getLocalPort()));
      TlsWire wire =
          new TlsWire(channel, context(engine, identity.bundle(dir)).engine("localhost", 1));
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
      server.setSoTimeout(300);
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
    Identity identity = localhost();
    HttpTransport transport =
        new HttpTransport(TransportConfig.DEFAULT.withCaBundle(identity.bundle(dir)));
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
