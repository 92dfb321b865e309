package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server of one connection that answers each request with the next of its scripts, then closes;
 * an empty script leaves the request unanswered until the client closes.
 */
final class ServerStub implements AutoCloseable {
  private final ServerSocket server;
  private final Thread thread;
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  ServerStub(String... scripts) throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    thread = new Thread(() -> serve(List.of(scripts)), "server-stub");
    thread.setDaemon(true);
    thread.start();
  }

  SocketChannel connect() throws IOException {
    return SocketChannel.open(server.getLocalSocketAddress());
  }

  /** Returns the next request, whole. */
  String request() throws InterruptedException {
    return requests.take();
  }

  private void serve(List<String> scripts) {
    try (Socket socket = server.accept()) {
      for (String script : scripts) {
        requests.add(read(socket.getInputStream()));
        socket.getOutputStream().write(script.getBytes(ISO_8859_1));
        if (script.isEmpty() || script.endsWith("...")) {
          int more = socket.getInputStream().read();
          requests.add("end " + more);
        }
      }
    } catch (EOFException e) {
      requests.add("the client is gone");
    } catch (IOException e) {
      if (!server.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    while (!request.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      request.write(next);
    }
    String head = request.toString(ISO_8859_1);
    int field = head.indexOf("Content-Length: ");
    if (field < 0) {
      return head;
    }
    int from = field + "Content-Length: ".length();
    int length = Integer.parseInt(head.substring(from, head.indexOf('\r', from)));
    return head + new String(in.readNBytes(length), ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
