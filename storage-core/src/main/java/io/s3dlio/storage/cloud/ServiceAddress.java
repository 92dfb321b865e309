package io.s3dlio.storage.cloud;

import io.s3dlio.storage.transport.Endpoint;
import java.net.URI;
import java.util.Locale;

/**
 * Where a service is that somebody named.
 *
 * @param basePath what stands before the paths of its API, encoded, without a slash at its end
 */
public record ServiceAddress(Endpoint endpoint, String basePath) {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /**
   * Reads {@code http(s)://host[:port][/path]}.
   *
   * @param form what is written, for people
   * @throws IllegalArgumentException if it is none; the message does not repeat it
   */
  public static ServiceAddress parse(URI uri, String form) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean tls = scheme.equals("https");
    boolean valid =
        (tls || scheme.equals("http"))
            && uri.getHost() != null
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null;
    if (!valid) {
      throw new IllegalArgumentException(
          "Invalid endpoint: write %s, without user info, query and fragment".formatted(form));
    }
    String host = uri.getHost();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return new ServiceAddress(
        new Endpoint(tls, bare, port),
        path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }
}
