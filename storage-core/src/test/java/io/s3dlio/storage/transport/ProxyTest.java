package io.s3dlio.storage.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.testing.NoLeaks;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class ProxyTest {
  private static final Endpoint SERVER = new Endpoint(false, "store.example", 9000);
  private static final HttpRequest GET =
      new HttpRequest("GET", "/bucket/a?b=c", HttpHeaders.EMPTY, List.of());
  private static final String OK = "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nok";

  private final List<String> heads = new CopyOnWriteArrayList<>();

  private static HttpTransport transport(Map<String, String> environment) {
    return new HttpTransport(
        TransportConfig.DEFAULT.withProxies(ProxyRules.of(environment)),
        host -> {
          assertThat(host).as("only the proxy's name is looked up here").isEqualTo("127.0.0.1");
          return InetAddress.getAllByName(host);
        },
        System::nanoTime);
  }

  private HttpStub proxy(String answer) throws Exception {
    return new HttpStub(
        (connection, request, head) -> {
          heads.add(head);
          return answer;
        });
  }

  @Test
  void requestsInTheClearAreForwarded() throws Exception {
    try (HttpStub proxy = proxy(OK);
        HttpTransport transport =
            transport(Map.of("HTTP_PROXY", "http://me:p%40ss+1@" + proxy.endpoint().authority()))) {
      HttpResponse answer = transport.exchange(SERVER, GET, null, 9, HeadCheck.NONE);
      transport.exchange(SERVER, GET, null, 9, HeadCheck.NONE);

      assertThat(answer.status()).isEqualTo(200);
      assertThat(proxy.connections()).as("kept").isEqualTo(1);
    }
    assertThat(heads.get(0))
        .startsWith("GET http://store.example:9000/bucket/a?b=c HTTP/1.1\r\n")
        .contains("Host: store.example:9000\r\n")
        .contains("Proxy-Authorization: Basic bWU6cEBzcysx\r\n");
  }

  @Test
  void tlsIsTunnelledAndARefusalIsTold() throws Exception {
    try (HttpStub proxy =
            proxy("HTTP/1.1 407 x\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n");
        HttpTransport transport =
            transport(Map.of("https_proxy", proxy.endpoint().authority(), "HTTP_PROXY", "no"))) {
      Endpoint server = new Endpoint(true, "store.example", 443);

      assertThatThrownBy(() -> transport.exchange(server, GET, null, 9, HeadCheck.NONE))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("store.example")
          .hasMessageContaining("the proxy " + proxy.endpoint().authority())
          .hasMessageContaining("status 407");
    }
    assertThat(heads.get(0))
        .isEqualTo("CONNECT store.example:443 HTTP/1.1\r\nHost: store.example:443\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "store.example, store.example, true",
    "store.example, a.store.example, true",
    ".store.example, a.store.example, true",
    "*.store.example, a.store.example, true",
    "store.example, mystore.example, false",
    "'other, store.example ', store.example, true",
    "other store.example, store.example, true",
    "STORE.example, store.example, true",
    "*, anything, true",
    "store.example:9000, store.example, true",
    "store.example:9001, store.example, false",
    "10.0.0.0/8, 10.1.2.3, true",
    "10.0.0.0/8, 11.1.2.3, false",
    "192.168.4.0/22, 192.168.7.255, true",
    "192.168.4.0/22, 192.168.8.0, false",
    "0.0.0.0/0, 1.2.3.4, true",
    "10.0.0.0/8, store.example, false",
    "2001:db8::1, 2001:db8::1, true",
    "'', store.example, false",
    "'', 127.0.0.1, true",
    "'', localhost, true",
    "'', ::1, true",
    "'', 127.example, false",
  })
  void whatGoesPastTheProxy(String direct, String host, boolean past) {
    ProxyRules rules = ProxyRules.of(Map.of("http_proxy", "proxy:3128", "no_proxy", direct));

    assertThat(rules.proxy(new Endpoint(false, host, 9000)).isEmpty()).isEqualTo(past);
    assertThat(rules.proxy(new Endpoint(true, host, 9000))).as("no https_proxy").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://me:hidden@proxy:1", "socks5://me:hidden@proxy", "http://me:hid den@p"})
  void otherProxiesAreRefusedWithoutTheirPassword(String proxy) {
    assertThatThrownBy(() -> ProxyRules.of(Map.of("HTTPS_PROXY", proxy)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid https_proxy")
        .hasNoCause()
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hid"));
    assertThat(Proxy.parse("x", "http://me:hidden@proxy")).hasToString("proxy");
  }
}
