package io.s3dlio.storage.transport;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of hosts. The system's resolver takes no deadline, so it runs on a thread of its
 * own; what it last said is good for a while, and serves on while it fails.
 */
final class NameLookup {
  /** Asks the system; blocks. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  static final Duration FRESH = Duration.ofSeconds(30);

  private final Resolver resolver;
  private final LongSupplier clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<List<InetAddress>>> asked = new ConcurrentHashMap<>();

  private record Known(List<InetAddress> addresses, long at) {}

  NameLookup(Resolver resolver, LongSupplier clock) {
    this.resolver = resolver;
    this.clock = clock;
  }

  /**
   * Returns all addresses of a host, one at least.
   *
   * @throws UnknownHostException if there is none
   * @throws SocketTimeoutException if nothing was heard of it in time
   */
  List<InetAddress> addresses(String host, Duration limit) throws IOException {
    Known old = known.get(host);
    if (old != null && clock.getAsLong() - old.at() < FRESH.toNanos()) {
      return old.addresses();
    }
    try {
      List<InetAddress> found = ask(host).get(limit.toNanos(), NANOSECONDS);
      known.put(host, new Known(found, clock.getAsLong()));
      return found;
    } catch (ExecutionException e) {
      return orOld(
          old, new UnknownHostException(host + ": its name cannot be looked up"), e.getCause());
    } catch (TimeoutException e) {
      return orOld(old, new SocketTimeoutException("nobody answered for its name"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("Interrupted while " + host + " was looked up");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private static List<InetAddress> orOld(
      @Nullable Known old, IOException failure, @Nullable Throwable cause) throws IOException {
    if (old != null) {
      return old.addresses();
    }
    failure.initCause(cause);
    throw failure;
  }

  /** One question a host at a time, whoever waits for it. */
  private CompletableFuture<List<InetAddress>> ask(String host) {
    CompletableFuture<List<InetAddress>> mine = new CompletableFuture<>();
    CompletableFuture<List<InetAddress>> other = asked.putIfAbsent(host, mine);
    if (other != null) {
      return other;
    }
    Thread thread = new Thread(() -> answer(host, mine), "s3dlio-lookup");
    thread.setDaemon(true);
    thread.start();
    return mine;
  }

  private void answer(String host, CompletableFuture<List<InetAddress>> question) {
    // Nobody may find the question once it has its answer: the next one asks anew.
    try {
      List<InetAddress> found = List.of(resolver.resolve(host));
      asked.remove(host, question);
      question.complete(found);
    } catch (UnknownHostException | RuntimeException e) {
      asked.remove(host, question);
      question.completeExceptionally(e);
    }
  }
}
