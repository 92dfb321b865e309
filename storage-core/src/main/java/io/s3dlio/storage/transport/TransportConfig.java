package io.s3dlio.storage.transport;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How requests travel.
 *
 * @param maxConnections to one endpoint at once; further requests wait for one
 * @param connectTimeout to look a name up, to connect and to agree on TLS, each
 * @param firstByteTimeout from the end of a request to the first byte of its answer
 * @param stallTimeout how long the bytes of a request or of an answer may stand still
 * @param requestTimeout for a whole exchange, the wait for a connection included
 * @param idleTimeout how long a connection is kept that nobody uses
 * @param expectContinueBytes from how many bytes of a body on the server is asked first whether it
 *     wants them
 * @param caBundle a file of certificates (PEM) that are trusted in place of the platform's; null
 *     for the platform's
 * @param proxies which proxies requests go through
 */
public record TransportConfig(
    int maxConnections,
    Duration connectTimeout,
    Duration firstByteTimeout,
    Duration stallTimeout,
    Duration requestTimeout,
    Duration idleTimeout,
    long expectContinueBytes,
    @Nullable String caBundle,
    ProxyRules proxies)
    implements Serializable {
  /** 128 connections; 10 s to connect, 30 s to a first byte or for a stall, 10 min in all. */
  public static final TransportConfig DEFAULT =
      new TransportConfig(
          128,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofSeconds(30),
          8L << 20,
          null,
          ProxyRules.NONE);

  public TransportConfig {
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "Invalid maxConnections: %d (must be > 0)".formatted(maxConnections));
    }
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("firstByteTimeout", firstByteTimeout);
    requirePositive("stallTimeout", stallTimeout);
    requirePositive("requestTimeout", requestTimeout);
    requirePositive("idleTimeout", idleTimeout);
    requireNonNull(proxies, "proxies is null");
    if (expectContinueBytes < 1) {
      throw new IllegalArgumentException(
          "Invalid expectContinueBytes: %d (must be > 0)".formatted(expectContinueBytes));
    }
  }

  public TransportConfig withMaxConnections(int connections) {
    return new TransportConfig(
        connections,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        requestTimeout,
        idleTimeout,
        expectContinueBytes,
        caBundle,
        proxies);
  }

  /** Returns this with other times to connect, to the first byte, for a stall and for all. */
  public TransportConfig withTimeouts(
      Duration connect, Duration firstByte, Duration stall, Duration request) {
    return new TransportConfig(
        maxConnections,
        connect,
        firstByte,
        stall,
        request,
        idleTimeout,
        expectContinueBytes,
        caBundle,
        proxies);
  }

  public TransportConfig withIdleTimeout(Duration timeout) {
    return new TransportConfig(
        maxConnections,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        requestTimeout,
        timeout,
        expectContinueBytes,
        caBundle,
        proxies);
  }

  public TransportConfig withExpectContinueBytes(long bytes) {
    return new TransportConfig(
        maxConnections,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        requestTimeout,
        idleTimeout,
        bytes,
        caBundle,
        proxies);
  }

  public TransportConfig withCaBundle(@Nullable String file) {
    return new TransportConfig(
        maxConnections,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        requestTimeout,
        idleTimeout,
        expectContinueBytes,
        file,
        proxies);
  }

  public TransportConfig withProxies(ProxyRules rules) {
    return new TransportConfig(
        maxConnections,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        requestTimeout,
        idleTimeout,
        expectContinueBytes,
        caBundle,
        rules);
  }

  private static void requirePositive(String name, Duration value) {
    requireNonNull(value, name + " is null");
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException("Invalid %s: %s (must be > 0)".formatted(name, value));
    }
  }
}
