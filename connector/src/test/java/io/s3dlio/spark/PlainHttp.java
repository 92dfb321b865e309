package io.s3dlio.spark;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Requests by the JDK's oldest client, which leaves no connection and no thread. */
final class PlainHttp {
  private PlainHttp() {}

  static byte[] get(URI uri) throws IOException {
    return ask("GET", uri, Map.of(), new byte[0]);
  }

  /**
   * Returns the body of a successful answer.
   *
   * @param body of a request other than GET
   */
  static byte[] ask(String method, URI uri, Map<String, String> fields, byte[] body)
      throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setRequestProperty("Connection", "close");
    fields.forEach(connection::setRequestProperty);
    if (!method.equals("GET")) {
      connection.setDoOutput(true);
      connection.setFixedLengthStreamingMode(body.length);
      connection.getOutputStream().write(body);
    }
    int status = connection.getResponseCode();
    try (InputStream answer =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      byte[] bytes = answer == null ? new byte[0] : answer.readAllBytes();
      if (status >= 300) {
        throw new IOException(
            "%s %s: %d %s"
                .formatted(
                    method, uri.getPath(), status, new String(bytes, StandardCharsets.UTF_8)));
      }
      return bytes;
    }
  }

  /** Returns a key's encoded path. */
  static String path(String key) {
    return Arrays.stream(key.split("/", -1)).map(PlainHttp::name).collect(Collectors.joining("/"));
  }

  static String name(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
