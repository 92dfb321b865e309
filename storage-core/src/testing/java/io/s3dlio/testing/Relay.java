package io.s3dlio.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
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

  /**
   * What is done to a connection.
   *
   * @param end how it ends once so many bytes have come
   * @param fromServer the bytes of the server that pass before
   * @param fromClient the bytes of the client that pass before
   * @param delayMillis how much later each piece of the server's arrives
   * @param bytesPerSecond how fast the server's bytes pass; 0 for as they come
   * @param garbled the byte of the server's, counted from 0, that arrives as another; -1 for none
   */
  public record Plan(
      End end,
      long fromServer,
      long fromClient,
      long delayMillis,
      long bytesPerSecond,
      long garbled) {
    /** Nothing. */
    public static final Plan NONE = new Plan(End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, -1);

    /** Ends the connection after so many bytes of the server's. */
    public static Plan answerCut(End end, long bytes) {
      return new Plan(end, bytes, Long.MAX_VALUE, 0, 0, -1);
    }

    /** Ends the connection after so many bytes of the client's. */
    public static Plan requestCut(End end, long bytes) {
      return new Plan(end, Long.MAX_VALUE, bytes, 0, 0, -1);
    }

    /** Delays and slows what the server says. */
    public static Plan slow(long delayMillis, long bytesPerSecond) {
      return new Plan(End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, delayMillis, bytesPerSecond, -1);
    }

    /** Changes one byte of the server's. */
    public static Plan garbled(long at) {
      return new Plan(End.THEIRS, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, at);
    }
  }

  private final ServerSocket listening;
  private final @Nullable InetSocketAddress server;
  private final @Nullable InetSocketAddress tunnelEnd;
  private final IntFunction<Plan> plans;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> tunnels = new CopyOnWriteArrayList<>();

  private Relay(
      @Nullable InetSocketAddress server,
      @Nullable InetSocketAddress tunnelEnd,
      IntFunction<Plan> plans)
      throws IOException {
    this.server = server;
    this.tunnelEnd = tunnelEnd;
    this.plans = plans;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /**
   * Relays to a server.
   *
   * @param plans by the number of the connection, from 0
   */
  public static Relay to(URI server, IntFunction<Plan> plans) throws IOException {
    return new Relay(new InetSocketAddress(server.getHost(), server.getPort()), null, plans);
  }

  /** Tunnels to where clients ask for by {@code CONNECT}, but always on this machine. */
  public static Relay tunnel() throws IOException {
    return new Relay(null, null, connection -> Plan.NONE);
  }

  /** Tunnels to one port of this machine, wherever clients ask to go by {@code CONNECT}. */
  public static Relay tunnelTo(int port) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return new Relay(null, server, connection -> Plan.NONE);
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
      InetSocketAddress address = server == null ? tunnel(client) : server;
      Socket upstream = new Socket(address.getAddress(), address.getPort());
      sockets.add(upstream);
      start(() -> pump(client, upstream, plan.end(), plan.fromClient(), 0, 0, -1));
      pump(
          upstream,
          client,
          plan.end(),
          plan.fromServer(),
          plan.delayMillis(),
          plan.bytesPerSecond(),
          plan.garbled());
    } catch (IOException e) {
      close(client);
    }
  }

  private InetSocketAddress tunnel(Socket client) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(client.getInputStream().read());
    }
    String text = head.toString(ISO_8859_1);
    tunnels.add(text);
    client.getOutputStream().write("HTTP/1.1 200 x\r\n\r\n".getBytes(ISO_8859_1));
    if (tunnelEnd != null) {
      return tunnelEnd;
    }
    String port = text.substring(text.indexOf(':') + 1, text.indexOf(" HTTP/1.1"));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  private static void pump(
      Socket from, Socket to, End end, long most, long delayMillis, long bytesPerSecond, long garbled) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[STEP];
      long left = most;
      while (left > 0) {
        int count = in.read(bytes, 0, (int) Math.min(left, bytes.length));
        if (count < 0) {
          to.shutdownOutput();
          return;
        }
        pause(delayMillis, count, bytesPerSecond);
        long at = garbled - (most - left);
        if (at >= 0 && at < count) {
          bytes[(int) at] ^= 1;
        }
        out.write(bytes, 0, count);
        left -= count;
      }
      end(from, to, end);
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
