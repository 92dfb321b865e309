package io.s3dlio.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.function.Consumer;

/** Finds the requests in what a client says over one connection. Bodies have a length, or none. */
final class RequestLines {
  private static final String END = "\r\n\r\n";
  private static final String LENGTH = "\r\ncontent-length:";

  private final Consumer<String> lines;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private int matched;
  private long body;

  /**
   * @param lines takes the first line of each request
   */
  RequestLines(Consumer<String> lines) {
    this.lines = lines;
  }

  void accept(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (body > 0) {
        int skipped = (int) Math.min(body, count - i);
        body -= skipped;
        i += skipped - 1;
      } else {
        accept(bytes[i]);
      }
    }
  }

  private void accept(byte next) {
    head.write(next);
    matched = next == END.charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
    if (matched == END.length()) {
      String text = head.toString(ISO_8859_1);
      lines.accept(text.substring(0, text.indexOf('\r')));
      body = bodyLength(text.toLowerCase(Locale.ROOT));
      head.reset();
      matched = 0;
    }
  }

  private static long bodyLength(String text) {
    int field = text.indexOf(LENGTH);
    return field < 0
        ? 0
        : Long.parseLong(
            text.substring(field + LENGTH.length(), text.indexOf('\r', field + 2)).strip());
  }
}
