package io.s3dlio.storage.cloud;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.transport.HttpTransport;
import io.s3dlio.storage.transport.ProxyRules;
import io.s3dlio.storage.transport.TransportConfig;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a client of a service treats it, whichever service it is.
 *
 * @param maxConnections connections to each endpoint, at most; 1 to 10,000
 * @param maxAttempts how often an operation is tried, at most; 1 to 100
 * @param partSize bytes of a part of an upload, 5 MiB to 1 GiB; those of a very large object grow
 * @param partsInFlight parts of one upload that are held in memory and sent at once, at most; 1 to
 *     64
 * @param connectTimeout to look up, to connect, each
 * @param firstByteTimeout from the end of a request to the first byte of its answer
 * @param stallTimeout how long the bytes of a body may stand still
 * @param requestTimeout for one request
 * @param caBundle a file of certificates (PEM) that are trusted in place of the platform's; null
 *     for the platform's
 */
public record ClientConfig(
    int maxConnections,
    int maxAttempts,
    int partSize,
    int partsInFlight,
    Duration connectTimeout,
    Duration firstByteTimeout,
    Duration stallTimeout,
    Duration requestTimeout,
    @Nullable String caBundle)
    implements Serializable {
  public static final ClientConfig DEFAULT =
      new ClientConfig(
          128,
          5,
          16 << 20,
          4,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          null);

  /** As "Amazon S3 multipart upload limits" tell, of the parts that are not the last. */
  private static final int MIN_PART = 5 << 20;

  private static final int MAX_PART = 1 << 30;

  public ClientConfig {
    requireIn("maxConnections", maxConnections, 1, 10_000);
    requireIn("maxAttempts", maxAttempts, 1, 100);
    requireIn("partSize", partSize, MIN_PART, MAX_PART);
    requireIn("partsInFlight", partsInFlight, 1, 64);
    requireNonNull(connectTimeout, "connectTimeout is null");
    requireNonNull(firstByteTimeout, "firstByteTimeout is null");
    requireNonNull(stallTimeout, "stallTimeout is null");
    requireNonNull(requestTimeout, "requestTimeout is null");
  }

  private static void requireIn(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be in [%d, %d])".formatted(name, value, min, max));
    }
  }

  public ClientConfig withMaxConnections(int value) {
    return with(value, maxAttempts, partSize, partsInFlight, caBundle);
  }

  public ClientConfig withMaxAttempts(int value) {
    return with(maxConnections, value, partSize, partsInFlight, caBundle);
  }

  public ClientConfig withPartSize(int value) {
    return with(maxConnections, maxAttempts, value, partsInFlight, caBundle);
  }

  public ClientConfig withPartsInFlight(int value) {
    return with(maxConnections, maxAttempts, partSize, value, caBundle);
  }

  public ClientConfig withCaBundle(@Nullable String value) {
    return with(maxConnections, maxAttempts, partSize, partsInFlight, value);
  }

  private ClientConfig with(
      int connections, int attempts, int part, int parts, @Nullable String bundle) {
    return new ClientConfig(
        connections,
        attempts,
        part,
        parts,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        requestTimeout,
        bundle);
  }

  public ClientConfig withConnectTimeout(Duration value) {
    return withTimeouts(value, firstByteTimeout, stallTimeout, requestTimeout);
  }

  public ClientConfig withFirstByteTimeout(Duration value) {
    return withTimeouts(connectTimeout, value, stallTimeout, requestTimeout);
  }

  public ClientConfig withStallTimeout(Duration value) {
    return withTimeouts(connectTimeout, firstByteTimeout, value, requestTimeout);
  }

  public ClientConfig withRequestTimeout(Duration value) {
    return withTimeouts(connectTimeout, firstByteTimeout, stallTimeout, value);
  }

  private ClientConfig withTimeouts(
      Duration connect, Duration firstByte, Duration stall, Duration request) {
    return new ClientConfig(
        maxConnections,
        maxAttempts,
        partSize,
        partsInFlight,
        connect,
        firstByte,
        stall,
        request,
        caBundle);
  }

  /**
   * Returns connections of one's own.
   *
   * @param environment names proxies, as {@code HTTPS_PROXY} does
   */
  public HttpTransport openTransport(Map<String, String> environment) {
    return new HttpTransport(
        TransportConfig.DEFAULT
            .withMaxConnections(maxConnections)
            .withCaBundle(caBundle)
            .withProxies(ProxyRules.of(environment))
            .withTimeouts(connectTimeout, firstByteTimeout, stallTimeout, requestTimeout));
  }
}
