package io.s3dlio.storage.transport;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Opens connections, to each of a host's addresses in turn. */
final class Connector {
  private static final long SHUNNED_NANOS = 10_000_000_000L;

  private final TransportConfig config;
  private final NameLookup names;
  private final LongSupplier clock;
  private @Nullable TlsContext tls;
  private final AtomicInteger turn = new AtomicInteger();
  private final Map<InetSocketAddress, Long> failedAt = new ConcurrentHashMap<>();

  Connector(TransportConfig config, NameLookup names, LongSupplier clock) {
    this.config = config;
    this.names = names;
    this.clock = clock;
  }

  /**
   * Connects to the first address that lets it; those that lately did not come last.
   *
   * @throws TransportException if none does
   */
  Wire connect(Endpoint endpoint) throws IOException {
    IOException last = null;
    Optional<Proxy> proxy = config.proxies().proxy(endpoint);
    for (InetSocketAddress address : addresses(proxy.map(Proxy::endpoint).orElse(endpoint))) {
      try {
        Wire wire = open(endpoint, proxy, address);
        failedAt.remove(address);
        return wire;
      } catch (ClosedByInterruptException e) {
        throw interrupted(endpoint, e);
      } catch (IOException e) {
        failedAt.put(address, clock.getAsLong());
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
      }
    }
    throw failure(endpoint, last == null ? new IOException("it has no address") : last);
  }

  private Wire open(Endpoint endpoint, Optional<Proxy> proxy, InetSocketAddress address)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      // The channel's own connect takes no timeout.
      channel.socket().connect(address, Math.toIntExact(config.connectTimeout().toMillis()));
      if (endpoint.tls() && proxy.isPresent()) {
        PlainWire plain = new PlainWire(channel);
        ProxyTunnel.open(plain, proxy.get(), endpoint, config.connectTimeout());
      }
      return endpoint.tls()
          ? new TlsWire(channel, tls().engine(endpoint.host(), endpoint.port()))
          : new PlainWire(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Made on first use: most transports know one scheme. */
  private synchronized TlsContext tls() throws IOException {
    TlsContext made = tls;
    if (made == null) {
      made = TlsContext.open(config.caBundle());
      tls = made;
    }
    return made;
  }

  private List<InetSocketAddress> addresses(Endpoint endpoint) throws IOException {
    List<InetAddress> all;
    try {
      all = names.addresses(endpoint.host(), config.connectTimeout());
    } catch (SocketTimeoutException e) {
      throw failure(endpoint, e);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw failure(endpoint, e);
    }
    List<InetSocketAddress> good = new ArrayList<>(all.size());
    List<InetSocketAddress> shunned = new ArrayList<>();
    int first = Math.floorMod(turn.getAndIncrement(), all.size());
    for (int i = 0; i < all.size(); i++) {
      InetSocketAddress address =
          new InetSocketAddress(all.get((first + i) % all.size()), endpoint.port());
      Long failed = failedAt.get(address);
      boolean isShunned = failed != null && clock.getAsLong() - failed < SHUNNED_NANOS;
      (isShunned ? shunned : good).add(address);
    }
    good.addAll(shunned);
    return good;
  }

  private IOException failure(Endpoint endpoint, IOException cause) {
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    if (cause instanceof SocketTimeoutException) {
      return new TransportException(
          Phase.CONNECT,
          Kind.TIMEOUT,
          endpoint.authority(),
          "%s after %d ms".formatted(reason, config.connectTimeout().toMillis()),
          TimeLimit.CONNECT.remedy(),
          cause);
    }
    return new TransportException(Phase.CONNECT, Kind.IO, endpoint.authority(), reason, cause);
  }

  private static InterruptedIOException interrupted(Endpoint endpoint, IOException cause) {
    InterruptedIOException interrupted =
        new InterruptedIOException("Interrupted while connecting to " + endpoint.authority());
    interrupted.initCause(cause);
    return interrupted;
  }
}
