package io.s3dlio.storage.transport;

import java.util.Locale;

/**
 * A server that requests go to.
 *
 * @param tls whether it is spoken to in TLS
 * @param host a name or an address, in lower case; an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record Endpoint(boolean tls, String host, int port) {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final int MAX_PORT = 65535;

  public Endpoint {
    host = host.toLowerCase(Locale.ROOT);
    if (host.isEmpty()
        || host.chars().anyMatch(c -> c <= ' ' || c > '~' || "/@?#[]".indexOf(c) >= 0)) {
      throw new IllegalArgumentException("Invalid host of an endpoint");
    }
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "Invalid port: %d (must be in [1, %d])".formatted(port, MAX_PORT));
    }
  }

  /** Returns what the field {@code Host} says: the port only where it is not the scheme's own. */
  public String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (tls ? HTTPS_PORT : HTTP_PORT) ? name : name + ":" + port;
  }

  /** Returns this endpoint under another host's name. */
  public Endpoint withHost(String other) {
    return new Endpoint(tls, other, port);
  }

  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority();
  }
}
