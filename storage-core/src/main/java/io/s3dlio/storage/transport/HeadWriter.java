package io.s3dlio.storage.transport;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes the heads of requests into memory that it keeps. Not thread-safe. */
final class HeadWriter {
  private static final int FIRST_CAPACITY = 2 << 10;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private ByteBuffer out = ByteBuffer.allocateDirect(FIRST_CAPACITY);
  private int length;

  private final String authority;
  private final @Nullable Proxy proxy;

  /**
   * @param authority of the server
   * @param proxy reads the requests; null if the server does
   */
  HeadWriter(String authority, @Nullable Proxy proxy) {
    this.authority = authority;
    this.proxy = proxy;
  }

  /**
   * Returns the head, good until the next one is written.
   *
   * @param asks whether the server is to say first that it wants the body
   */
  ByteBuffer write(HttpRequest request, boolean asks) {
    length = 0;
    text(request.method());
    text(" ");
    if (proxy != null) {
      text("http://");
      text(authority);
    }
    text(request.target());
    text(" HTTP/1.1\r\n");
    HttpHeaders headers = request.headers();
    if (!headers.contains("Host")) {
      field("Host", authority);
    }
    for (int i = 0; i < headers.size(); i++) {
      field(headers.name(i), headers.value(i));
    }
    if (proxy != null && proxy.authorization() != null) {
      field("Proxy-Authorization", proxy.authorization());
    }
    long body = request.bodyLength();
    if (body > 0 || request.method().equals("PUT") || request.method().equals("POST")) {
      field("Content-Length", Long.toString(body));
    }
    if (asks) {
      field("Expect", "100-continue");
    }
    text("\r\n");
    if (out.capacity() < length) {
      out = ByteBuffer.allocateDirect(bytes.length);
    }
    return out.clear().put(bytes, 0, length).flip();
  }

  private void field(String name, String value) {
    text(name);
    text(": ");
    text(value);
    text("\r\n");
  }

  /** All of it is ASCII: requests and headers are checked when they are made. */
  private void text(String text) {
    int more = text.length();
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
    for (int i = 0; i < more; i++) {
      bytes[length + i] = (byte) text.charAt(i);
    }
    length += more;
  }
}
