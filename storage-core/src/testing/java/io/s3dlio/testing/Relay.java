package io.s3dlio.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Stands between a client and a server and does to each connection what a test plans. */
public final class Relay implements AutoCloseable {
  private static final int STEP = 16 << 10;

  /** How a connection ends. */
  public enum End {
    /** As client and server say. */
    THEIRS,
    /** Both sides get a reset. */
    RESET,
    /** Both sides are closed in good order, too early. */
    CLOSE,
    /** Nothing more comes, and nobody is told. */
    SILENCE
  }

  /** Does something once so many bytes of the server's have passed. */
  public record Midway(long bytes, Runnable action) {}

  /**
   * What is done to a connection.
   *
   * @param end how it ends once so many bytes have come
   * @param fromServer the bytes of the server that pass before
   * @param fromClient the bytes of the client that pass before
   * @param delayMillis how much later each piece of the server's arrives
   * @param bytesPerSecond how fast the server's bytes pass; 0 for as they come
   * @param refusal what the first request is answered with in place of the server, before the
   *     connection is closed; null to ask the server
   * @param head what becomes of the head of the server's first answer; null to leave it
   * @param midway what happens meanwhile; null for nothing
   * @param garbled the byte of the server's, counted from 0, that arrives as another; -1 for none
   */
  public record Plan(
      End end,
      long fromServer,
      long fromClient,
      long delayMillis,
      long bytesPerSecond,
      @Nullable String refusal,
      @Nullable UnaryOperator<String> head,
      @Nullable Midway midway,
      long garbled) {
    private Plan(
        End end, long fromServer, long fromClient, long delayMillis, long bytesPerSecond) {
      this(end, fromServer, fromClient, delayMillis, bytesPerSecond, null, null, null, -1);
    }

    /** Nothing. */
    public static final Plan NONE = new Plan(End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0);

    /** Ends the connection after so many bytes of the server's. */
    public static Plan answerCut(End end, long bytes) {
      return new Plan(end, bytes, Long.MAX_VALUE, 0, 0);
    }

    /** Ends the connection after so many bytes of the client's. */
    public static Plan requestCut(End end, long bytes) {
      return new Plan(end, Long.MAX_VALUE, bytes, 0, 0);
    }

    /** Delays and slows what the server says. */
    public static Plan slow(long delayMillis, long bytesPerSecond) {
      return new Plan(End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, delayMillis, bytesPerSecond);
    }

    /** Changes one byte of the server's. */
    public static Plan garbled(long at) {
      return new Plan(
          End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, null, null, null, at);
    }

    /** Answers for the server, after a while. */
    public static Plan refused(String answer, long delayMillis) {
      return new Plan(
          End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, delayMillis, 0, answer, null, null, -1);
    }

    /** Changes the head of the first answer, up to and with its empty line. */
    public static Plan rewritten(UnaryOperator<String> head) {
      return new Plan(End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, null, head, null, -1);
    }

    /** Does something once so many bytes have come from the server, and before more pass. */
    public static Plan interrupted(long bytes, Runnable action) {
      return new Plan(
          End.THEIRS,
          Long.MAX_VALUE,
          Long.MAX_VALUE,
          0,
          0,
          null,
          null,
          new Midway(bytes, action),
          -1);
    }
  }

  private final ServerSocket listening;
  private final @Nullable InetSocketAddress server;
  private final @Nullable InetSocketAddress tunnelEnd;
  private final IntFunction<Plan> plans;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> tunnels = new CopyOnWriteArrayList<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final List<Integer> refusals = new CopyOnWriteArrayList<>();
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final Set<Socket> unanswered = ConcurrentHashMap.newKeySet();
  private final AtomicInteger mostUnanswered = new AtomicInteger();

  private Relay(
      @Nullable InetSocketAddress server,
      @Nullable InetSocketAddress tunnelEnd,
      int port,
      IntFunction<Plan> plans)
      throws IOException {
    this.server = server;
    this.tunnelEnd = tunnelEnd;
    this.plans = plans;
    this.listening = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /**
   * Relays to a server.
   *
   * @param plans by the number of the connection, from 0
   */
  public static Relay to(URI server, IntFunction<Plan> plans) throws IOException {
    return to(server, 0, plans);
  }

  /**
   * Relays to a server from where another relay was, as one that comes back does.
   *
   * @param port where it listens
   * @param plans by the number of the connection, from 0
   */
  public static Relay to(URI server, int port, IntFunction<Plan> plans) throws IOException {
    return new Relay(new InetSocketAddress(server.getHost(), server.getPort()), null, port, plans);
  }

  /** Tunnels to where clients ask for by {@code CONNECT}, but always on this machine. */
  public static Relay tunnel() throws IOException {
    return new Relay(null, null, 0, connection -> Plan.NONE);
  }

  /** Tunnels to one port of this machine, wherever clients ask to go by {@code CONNECT}. */
  public static Relay tunnelTo(int port) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return new Relay(null, server, 0, connection -> Plan.NONE);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** Returns how many connections have come. */
  public int connections() {
    return connections.get();
  }

  /** Returns the heads by which tunnels were asked for. */
  public List<String> tunnels() {
    return tunnels;
  }

  /** Returns, for each refusal in turn, how many requests were waiting for one then. */
  public List<Integer> refusals() {
    return refusals;
  }

  /**
   * Returns the first line of each request that passed, and forgets them: {@code GET /key
   * HTTP/1.1}.
   */
  public List<String> takeRequests() {
    List<String> taken = new ArrayList<>();
    for (String line = requests.poll(); line != null; line = requests.poll()) {
      taken.add(line);
    }
    return taken;
  }

  /** Returns how many requests, at most, waited for the beginning of their answers at once. */
  public int mostUnanswered() {
    return mostUnanswered.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        sockets.add(client);
        Plan plan = plans.apply(connections.getAndIncrement());
        start(() -> serve(client, plan));
      }
    } catch (IOException e) {
      // Closed: the test is over.
      sockets.forEach(Relay::close);
    }
  }

  private void serve(Socket client, Plan plan) {
    try {
      if (plan.refusal() != null) {
        refuse(client, plan.refusal(), plan.delayMillis());
        return;
      }
      InetSocketAddress address = server == null ? tunnel(client) : server;
      Socket upstream = new Socket(address.getAddress(), address.getPort());
      sockets.add(upstream);
      Plan up = Plan.requestCut(plan.end(), plan.fromClient());
      RequestLines lines =
          new RequestLines(
              line -> {
                requests.add(line);
                unanswered.add(client);
                mostUnanswered.accumulateAndGet(unanswered.size(), Math::max);
              });
      start(() -> pump(client, upstream, plan.fromClient(), up, lines::accept));
      pump(
          upstream,
          client,
          plan.fromServer(),
          plan,
          (bytes, count) -> unanswered.remove(client));
    } catch (IOException e) {
      close(client);
    }
  }

  /** Takes a whole request, so that the client gets to the answer. */
  private void refuse(Socket client, String answer, long delayMillis) throws IOException {
    String head = head(client.getInputStream());
    refusals.add(waiting.incrementAndGet());
    int length = head.indexOf("\r\nContent-Length: ");
    if (length >= 0 && !head.contains("\r\nExpect: ")) {
      int from = length + "\r\nContent-Length: ".length();
      client
          .getInputStream()
          .skipNBytes(Long.parseLong(head.substring(from, head.indexOf('\r', from))));
    }
    pause(delayMillis, 0, 0);
    waiting.decrementAndGet();
    client.getOutputStream().write(answer.getBytes(ISO_8859_1));
    close(client);
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }

  private InetSocketAddress tunnel(Socket client) throws IOException {
    String text = head(client.getInputStream());
    tunnels.add(text);
    client.getOutputStream().write("HTTP/1.1 200 x\r\n\r\n".getBytes(ISO_8859_1));
    if (tunnelEnd != null) {
      return tunnelEnd;
    }
    String port = text.substring(text.indexOf(':') + 1, text.indexOf(" HTTP/1.1"));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  /** Looks at bytes that pass. */
  private interface Passing {
    void accept(byte[] bytes, int count);
  }

  private static void pump(Socket from, Socket to, long most, Plan plan, Passing passing) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      if (plan.head() != null) {
        out.write(plan.head().apply(head(in)).getBytes(ISO_8859_1));
      }
      byte[] bytes = new byte[STEP];
      long left = most;
      long passed = 0;
      @Nullable Midway midway = plan.midway();
      while (left > 0) {
        int count = in.read(bytes, 0, (int) Math.min(left, bytes.length));
        if (count < 0) {
          to.shutdownOutput();
          return;
        }
        pause(plan.delayMillis(), count, plan.bytesPerSecond());
        long garbled = plan.garbled() - passed;
        if (garbled >= 0 && garbled < count) {
          bytes[(int) garbled] ^= 1;
        }
        passed += count;
        passing.accept(bytes, count);
        if (midway != null && passed >= midway.bytes()) {
          midway.action().run();
          midway = null;
        }
        out.write(bytes, 0, count);
        left -= count;
      }
      end(from, to, plan.end());
    } catch (IOException e) {
      // One side is gone, or the test is over.
      close(from);
      close(to);
    }
  }

  private static void end(Socket from, Socket to, End end) throws IOException {
    if (end == End.SILENCE) {
      return;
    }
    if (end == End.RESET) {
      from.setSoLinger(true, 0);
      to.setSoLinger(true, 0);
    }
    close(from);
    close(to);
  }

  private static void pause(long delayMillis, int count, long bytesPerSecond) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
    if (bytesPerSecond > 0) {
      nanos += TimeUnit.SECONDS.toNanos(count) / bytesPerSecond;
    }
    if (nanos > 0) {
      LockSupport.parkNanos(nanos);
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    sockets.forEach(Relay::close);
  }
}
