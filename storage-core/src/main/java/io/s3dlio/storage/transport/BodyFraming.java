package io.s3dlio.storage.transport;

/**
 * Where a body ends, RFC 9112 section 6.3.
 *
 * @param length bytes of the body; -1 if it ends by chunks or by the close of the connection
 */
record BodyFraming(Kind kind, long length) {
  enum Kind {
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  private static final BodyFraming NONE = new BodyFraming(Kind.LENGTH, 0);
  private static final BodyFraming CHUNKED = new BodyFraming(Kind.CHUNKED, -1);
  private static final BodyFraming UNTIL_CLOSE = new BodyFraming(Kind.UNTIL_CLOSE, -1);
  private static final int MAX_DIGITS = 18;

  static BodyFraming of(String method, ResponseHead head) throws MalformedResponseException {
    long length = contentLength(head.headers());
    boolean coded = head.headers().contains("Transfer-Encoding");
    if (coded) {
      requireChunked(head, length);
    }
    if (method.equals("HEAD")
        || head.isInterim()
        || head.status() == 204
        || head.status() == 304
        || (method.equals("CONNECT") && head.isSuccess())) {
      return NONE;
    }
    if (coded) {
      return CHUNKED;
    }
    return length < 0 ? UNTIL_CLOSE : new BodyFraming(Kind.LENGTH, length);
  }

  private static void requireChunked(ResponseHead head, long length)
      throws MalformedResponseException {
    if (length >= 0) {
      throw new MalformedResponseException("it has both Content-Length and Transfer-Encoding");
    }
    if (head.minorVersion() == 0) {
      throw new MalformedResponseException("it has Transfer-Encoding in HTTP/1.0");
    }
    int codings = 0;
    for (int i = 0; i < head.headers().size(); i++) {
      if (head.headers().name(i).equalsIgnoreCase("Transfer-Encoding")) {
        codings++;
        if (codings > 1 || !head.headers().value(i).equalsIgnoreCase("chunked")) {
          throw new MalformedResponseException("its Transfer-Encoding is not chunked alone");
        }
      }
    }
  }

  private static long contentLength(HttpHeaders headers) throws MalformedResponseException {
    long length = -1;
    for (int i = 0; i < headers.size(); i++) {
      if (headers.name(i).equalsIgnoreCase("Content-Length")) {
        long next = number(headers.value(i));
        if (length >= 0 && next != length) {
          throw new MalformedResponseException("its fields Content-Length differ");
        }
        length = next;
      }
    }
    return length;
  }

  private static long number(String text) throws MalformedResponseException {
    boolean valid = !text.isEmpty() && text.length() <= MAX_DIGITS;
    long number = 0;
    for (int i = 0; valid && i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      valid = digit >= 0 && digit <= 9;
      number = 10 * number + digit;
    }
    if (!valid) {
      throw new MalformedResponseException("its Content-Length is no number");
    }
    return number;
  }
}
