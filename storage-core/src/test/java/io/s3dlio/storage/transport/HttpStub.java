package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server of many connections, each on a thread of its own, that answers as a test says. */
public final class HttpStub implements AutoCloseable {
  /** What a request is answered with. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Returns the bytes of the answer, as ISO 8859-1; null closes the connection.
     *
     * @param connection counts connections from 0
     * @param request counts the connection's requests from 0
     * @param head the request up to and with its empty line
     */
    @Nullable String answer(int connection, int request, String head) throws Exception;
  }

  /** Of a body no more is kept. */
  private static final int KEPT = 16 << 10;

  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  private final ServerSocket server;
  private final Handler handler;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());

  public HttpStub(Handler handler) throws IOException {
    this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), handler);
  }

  /** Serves on a socket of another kind. */
  public HttpStub(ServerSocket server, Handler handler) {
    this.handler = handler;
    this.server = server;
    start("http-stub", this::accept);
  }

  public Endpoint endpoint() {
    return new Endpoint(false, "127.0.0.1", server.getLocalPort());
  }

  /** Returns how many connections have come. */
  public int connections() {
    return connections.get();
  }

  /** Returns how the bodies of requests that have come whole begin, as ISO-8859-1. */
  public List<String> bodies() {
    return bodies;
  }

  /** Returns how many requests have come whole. */
  public int requests() {
    return requests.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        int number = connections.getAndIncrement();
        start("http-stub-" + number, () -> serve(socket, number));
      }
    } catch (IOException e) {
      // Closed: the test is over.
      sockets.forEach(HttpStub::close);
    }
  }

  private void serve(Socket socket, int connection) {
    try (socket) {
      String head = head(socket.getInputStream());
      for (int i = 0; head != null; i++) {
        String answer = handler.answer(connection, i, head);
        if (answer == null) {
          return;
        }
        boolean goOn = head.contains("Expect: 100-continue") && answer.startsWith(CONTINUE);
        int first = goOn ? CONTINUE.length() : 0;
        socket.getOutputStream().write(answer.substring(0, first).getBytes(ISO_8859_1));
        bodies.add(body(socket.getInputStream(), head, answer));
        requests.incrementAndGet();
        socket.getOutputStream().write(answer.substring(first).getBytes(ISO_8859_1));
        head = head(socket.getInputStream());
      }
    } catch (Exception e) {
      // The client sees a broken connection and its test tells what it thinks of that.
      close(socket);
    }
  }

  private static @Nullable String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }

  private static String body(InputStream in, String head, String answer) throws IOException {
    boolean unwanted = head.contains("Expect: 100-continue") && !answer.startsWith("HTTP/1.1 100");
    int field = head.indexOf("Content-Length: ");
    if (field < 0 || unwanted) {
      return "";
    }
    int from = field + "Content-Length: ".length();
    long length = Long.parseLong(head.substring(from, head.indexOf('\r', from)));
    byte[] kept = in.readNBytes((int) Math.min(length, KEPT));
    in.skipNBytes(length - kept.length);
    return new String(kept, ISO_8859_1);
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
