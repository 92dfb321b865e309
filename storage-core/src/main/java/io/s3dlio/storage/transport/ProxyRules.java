package io.s3dlio.storage.transport;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy requests go through, as {@code http_proxy}, {@code https_proxy} and {@code no_proxy}
 * say it to curl and most other programs. This machine itself is never proxied.
 */
public final class ProxyRules implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No proxy at all. */
  public static final ProxyRules NONE = new ProxyRules(null, null, List.of());

  private final @Nullable Proxy http;
  private final @Nullable Proxy https;
  private final List<String> direct;

  private ProxyRules(@Nullable Proxy http, @Nullable Proxy https, List<String> direct) {
    this.http = http;
    this.https = https;
    this.direct = direct;
  }

  /**
   * Reads the rules of an environment; lower-case names go first.
   *
   * @throws IllegalArgumentException if a proxy is malformed or of another kind; the message names
   *     the variable
   */
  public static ProxyRules of(Map<String, String> environment) {
    List<String> direct =
        Arrays.stream(find(environment, "no_proxy").split("[,\\s]+"))
            .map(entry -> entry.toLowerCase(Locale.ROOT))
            .filter(entry -> !entry.isEmpty())
            .toList();
    return new ProxyRules(
        proxy(environment, "http_proxy"), proxy(environment, "https_proxy"), direct);
  }

  private static @Nullable Proxy proxy(Map<String, String> environment, String name) {
    String text = find(environment, name);
    return text.isEmpty() ? null : Proxy.parse(name, text);
  }

  private static String find(Map<String, String> environment, String name) {
    String lower = environment.getOrDefault(name, "");
    return (lower.isBlank() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : lower)
        .strip();
  }

  /** Returns the proxy that requests to an endpoint go through. */
  Optional<Proxy> proxy(Endpoint endpoint) {
    @Nullable Proxy proxy = endpoint.tls() ? https : http;
    boolean goesDirect =
        proxy == null
            || isThisMachine(endpoint.host())
            || direct.stream().anyMatch(entry -> matches(entry, endpoint));
    return goesDirect ? Optional.empty() : Optional.ofNullable(proxy);
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("::1")
        || (Ipv4.isAddress(host) && host.startsWith("127."));
  }

  /** An entry is {@code *}, a domain with all below it, an address, or a network of addresses. */
  private static boolean matches(String entry, Endpoint endpoint) {
    String host = endpoint.host();
    int slash = entry.indexOf('/');
    if (slash > 0) {
      return Ipv4.isWithin(host, entry.substring(0, slash), entry.substring(slash + 1));
    }
    if (entry.equals("*") || entry.equals(endpoint.host())) {
      return true;
    }
    int colon = entry.lastIndexOf(':');
    boolean hasPort = colon > 0 && entry.indexOf(':') == colon;
    if (hasPort && !entry.substring(colon + 1).equals(String.valueOf(endpoint.port()))) {
      return false;
    }
    String name = hasPort ? entry.substring(0, colon) : entry;
    String domain = name.startsWith("*.") ? name.substring(2) : name.replaceFirst("^\\.", "");
    return host.equals(domain) || host.endsWith("." + domain);
  }

  /** Addresses as they are written. */
  private static final class Ipv4 {
    private static final String ADDRESS = "\\d{1,3}(\\.\\d{1,3}){3}";
    private static final int BITS = 32;

    static boolean isAddress(String text) {
      return text.matches(ADDRESS);
    }

    static boolean isWithin(String host, String network, String prefix) {
      if (!isAddress(host) || !isAddress(network) || !prefix.matches("\\d{1,2}")) {
        return false;
      }
      int free = Math.max(0, BITS - Integer.parseInt(prefix));
      return number(host) >> free == number(network) >> free;
    }

    private static long number(String address) {
      return Arrays.stream(address.split("\\."))
          .mapToLong(Long::parseLong)
          .reduce(0, (sum, part) -> sum << Byte.SIZE | part);
    }
  }
}
