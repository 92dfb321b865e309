package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Asks a proxy for a tunnel, RFC 9110 section 9.3.6. */
final class ProxyTunnel {
  private static final int IN_BYTES = 4 << 10;

  private ProxyTunnel() {}

  /**
   * Makes a connection to a proxy one to the endpoint.
   *
   * @throws IOException if the proxy refuses
   */
  static void open(Wire wire, Proxy proxy, Endpoint endpoint, Duration limit) throws IOException {
    write(wire, request(proxy, endpoint));
    ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).limit(0);
    HeadParser parser = new HeadParser();
    while (!parser.take(in)) {
      if (!wire.awaitReadable(limit)) {
        throw new SocketTimeoutException("the proxy " + proxy + " answers nothing");
      }
      in.clear();
      int count = wire.read(in);
      in.flip();
      if (count < 0) {
        throw new EOFException("the proxy " + proxy + " closed the connection");
      }
    }
    ResponseHead head = parser.head();
    if (!head.isSuccess()) {
      throw new IOException("the proxy " + proxy + " answered with status " + head.status());
    }
    if (in.hasRemaining()) {
      throw new MalformedResponseException("the proxy " + proxy + " says more than it should");
    }
  }

  private static ByteBuffer request(Proxy proxy, Endpoint endpoint) {
    boolean bare = endpoint.host().indexOf(':') < 0;
    String server = (bare ? endpoint.host() : "[" + endpoint.host() + "]") + ':' + endpoint.port();
    String authorization =
        proxy.authorization() == null
            ? ""
            : "Proxy-Authorization: " + proxy.authorization() + "\r\n";
    String text =
        "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n%2$s\r\n".formatted(server, authorization);
    byte[] bytes = text.getBytes(US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static void write(Wire wire, ByteBuffer bytes) throws IOException {
    ByteBuffer[] buffers = {bytes};
    while (bytes.hasRemaining()) {
      wire.write(buffers, 0, 1);
    }
  }
}
