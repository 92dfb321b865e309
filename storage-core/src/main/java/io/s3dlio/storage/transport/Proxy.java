package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A proxy of HTTP: it forwards requests in the clear, and tunnels TLS by {@code CONNECT}. {@link
 * #toString} shows no credentials.
 *
 * @param authorization the value of {@code Proxy-Authorization}; null to send none
 */
record Proxy(String host, int port, @Nullable String authorization) implements Serializable {
  private static final int DEFAULT_PORT = 80;

  /**
   * Parses {@code http://[user:password@]host[:port]}, or the same without a scheme.
   *
   * @param variable what an error names
   * @throws IllegalArgumentException if it is none; the message does not repeat it, for it may hold
   *     a password
   */
  static Proxy parse(String variable, String text) {
    URI uri;
    try {
      uri = URI.create(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException e) {
      // Without the cause, which repeats the text.
      throw invalid(variable);
    }
    if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
      throw invalid(variable);
    }
    String host = uri.getHost();
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new Proxy(name, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), basic(uri));
  }

  private static @Nullable String basic(URI uri) {
    String user = uri.getRawUserInfo();
    if (user == null) {
      return null;
    }
    String plain = URLDecoder.decode(user.replace("+", "%2B"), UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(plain.getBytes(UTF_8));
  }

  private static IllegalArgumentException invalid(String variable) {
    return new IllegalArgumentException(
        "Invalid %s: write http://host:port (a proxy that is itself spoken to in TLS is not known)"
            .formatted(variable));
  }

  /** Returns where the proxy listens. */
  Endpoint endpoint() {
    return new Endpoint(false, host, port);
  }

  @Override
  public String toString() {
    return endpoint().authority();
  }
}
