package io.s3dlio.storage.transport;

import io.s3dlio.storage.telemetry.Counter;
import io.s3dlio.storage.transport.TransportException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over connections that are kept: a request goes out and its answer comes in on the
 * caller's thread, and bodies move between the socket and the caller's buffers. Thread-safe.
 *
 * <p>A request is tried once. The one exception is a connection that was used before and that the
 * server had closed meanwhile: a request whose repetition changes nothing is then sent again on a
 * new one.
 */
public final class HttpTransport implements Closeable {
  private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "PUT", "DELETE");

  private final TransportConfig config;
  private final Connection.Limits limits;
  private final LongSupplier clock;
  private final Connector connector;
  private final DeadlineWatch watch;
  private final Map<Endpoint, ConnectionPool> pools = new ConcurrentHashMap<>();
  private final LongAdder exchanges = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final LongAdder replayed = new LongAdder();
  private volatile boolean closed;

  public HttpTransport(TransportConfig config) {
    this(config, InetAddress::getAllByName, System::nanoTime);
  }

  HttpTransport(TransportConfig config, NameLookup.Resolver resolver, LongSupplier clock) {
    this.config = config;
    this.clock = clock;
    this.limits =
        new Connection.Limits(
            config.firstByteTimeout(),
            config.stallTimeout(),
            config.requestTimeout(),
            config.expectContinueBytes(),
            Connection.EXPECT_WAIT);
    this.connector = new Connector(config, new NameLookup(resolver, clock), clock);
    this.watch = new DeadlineWatch(clock, this::closeIdle);
  }

  /**
   * Sends a request and reads its answer, whatever its status.
   *
   * @param target takes the body of a successful answer, from its position on, and must have room
   *     for all of it; null to have it in the answer. After a failure its position is behind the
   *     last byte that came
   * @param maxBody most bytes of a body that does not go to the target: a successful one that is
   *     longer fails, an unsuccessful one is cut
   * @param check sees the answer's head before its body is read
   * @throws TransportException if there is no whole answer
   * @throws java.io.InterruptedIOException if the thread was interrupted, its flag staying set
   */
  public HttpResponse exchange(
      Endpoint endpoint,
      HttpRequest request,
      @Nullable ByteBuffer target,
      int maxBody,
      HeadCheck check)
      throws IOException {
    ConnectionPool pool = pool(endpoint);
    exchanges.increment();
    Connection connection = pool.take(false, config.requestTimeout().toNanos());
    try {
      return exchange(pool, connection, request, target, maxBody, check);
    } catch (TransportException e) {
      if (!isRepeatable(request, connection, e)) {
        throw e;
      }
    }
    replayed.increment();
    Counter.REQUESTS_REPLAYED.increment();
    Connection fresh = pool.take(true, config.requestTimeout().toNanos());
    return exchange(pool, fresh, request, target, maxBody, check);
  }

  private HttpResponse exchange(
      ConnectionPool pool,
      Connection connection,
      HttpRequest request,
      @Nullable ByteBuffer target,
      int maxBody,
      HeadCheck check)
      throws IOException {
    try {
      return connection.exchange(request, target, maxBody, check, limits);
    } finally {
      pool.release(connection, connection.isUsable());
    }
  }

  private static boolean isRepeatable(
      HttpRequest request, Connection connection, TransportException e) {
    return connection.isReused()
        && !connection.hasAnswered()
        && e.kind() == Kind.IO
        && REPEATABLE.contains(request.method());
  }

  private ConnectionPool pool(Endpoint endpoint) {
    ConnectionPool pool = pools.computeIfAbsent(endpoint, this::newPool);
    if (closed) {
      pool.close();
    }
    return pool;
  }

  private ConnectionPool newPool(Endpoint endpoint) {
    return new ConnectionPool(
        config.maxConnections(), endpoint.authority(), () -> open(endpoint), clock);
  }

  private Connection open(Endpoint endpoint) throws IOException {
    Wire wire = connector.connect(endpoint);
    // A proxy reads requests that are not in TLS, and wants to know whom they are for.
    @Nullable Proxy reader = endpoint.tls() ? null : config.proxies().proxy(endpoint).orElse(null);
    Connection connection = new Connection(wire, endpoint.authority(), reader, clock);
    opened.increment();
    Counter.CONNECTIONS_OPENED.increment();
    watch.add(connection.deadline());
    connection.start(config.connectTimeout());
    return connection;
  }

  private void closeIdle() {
    pools.values().forEach(pool -> pool.closeIdle(config.idleTimeout().toNanos()));
  }

  /** Returns the figures so far. */
  public Stats stats() {
    int connections = pools.values().stream().mapToInt(ConnectionPool::size).sum();
    return new Stats(exchanges.sum(), opened.sum(), replayed.sum(), connections);
  }

  /** Closes all connections, those in use when their exchange has ended. Idempotent. */
  @Override
  public void close() {
    closed = true;
    pools.values().forEach(ConnectionPool::close);
    watch.wake();
  }

  /**
   * @param exchanges requests so far
   * @param opened connections opened so far
   * @param replayed requests that were sent again because their connection was stale
   * @param connections connections there are now
   */
  public record Stats(long exchanges, long opened, long replayed, int connections) {}
}
