package io.s3dlio.storage.transport;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A request. Buffers are sent from their position to their limit, which stay as they are.
 *
 * @param method a token
 * @param target the path and query, encoded already
 * @param headers all fields but those of the connection and the body's length, which the transport
 *     writes itself
 * @param body buffers that are sent one after the other; empty for no body
 */
public record HttpRequest(
    String method, String target, HttpHeaders headers, List<ByteBuffer> body) {
  private static final List<String> OWN_FIELDS =
      List.of("Connection", "Content-Length", "Transfer-Encoding", "Expect");

  public HttpRequest {
    body = List.copyOf(body);
    if (!HttpSyntax.isToken(method)) {
      throw new IllegalArgumentException("Invalid method (must be a token)");
    }
    if (!target.startsWith("/") || !HttpSyntax.isVisibleAscii(target)) {
      throw new IllegalArgumentException("Invalid target (must begin with / and be encoded)");
    }
    for (String name : OWN_FIELDS) {
      if (headers.contains(name)) {
        throw new IllegalArgumentException("Invalid header " + name + " (the transport sets it)");
      }
    }
  }

  long bodyLength() {
    long length = 0;
    for (ByteBuffer buffer : body) {
      length += buffer.remaining();
    }
    return length;
  }

  /** Shows no query, for it may be signed. */
  @Override
  public String toString() {
    int query = target.indexOf('?');
    return method + " " + (query < 0 ? target : target.substring(0, query));
  }
}
