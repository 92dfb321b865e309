package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads the head of an answer, RFC 9112 sections 4 and 5, in whatever pieces it comes. Stricter
 * than the RFC lets a recipient be: lines end with CR LF, and folded lines are refused. Keeps its
 * buffer from one head to the next. Not thread-safe.
 */
final class HeadParser {
  static final int MAX_HEAD_BYTES = 32 << 10;
  static final int MAX_FIELDS = 256;

  private static final int FIRST_CAPACITY = 1 << 10;
  private static final int VERSION_LENGTH = "HTTP/1.1".length();
  private static final int STATUS_END = VERSION_LENGTH + 4;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private String[] fields = new String[32];
  private int length;
  private int lineStart;
  private int fieldCount;

  /** Forgets what was read. */
  void reset() {
    length = 0;
    lineStart = 0;
    fieldCount = 0;
  }

  /** Returns whether a byte of the head has come. */
  boolean isStarted() {
    return length > 0;
  }

  /**
   * Takes bytes up to the end of the head and no further.
   *
   * @return whether the head is complete
   */
  boolean take(ByteBuffer in) throws MalformedResponseException {
    while (in.hasRemaining()) {
      byte b = in.get();
      if (b != '\n' && length > 0 && bytes[length - 1] == '\r') {
        throw new MalformedResponseException("the head has a CR without LF");
      }
      append(b);
      if (b == '\n' && endLine()) {
        return true;
      }
    }
    return false;
  }

  /** Returns the head that {@link #take} has completed. */
  ResponseHead head() throws MalformedResponseException {
    int end = 0;
    while (bytes[end] != '\r') {
      end++;
    }
    return new ResponseHead(
        minorVersion(end),
        status(end),
        HttpHeaders.ofParsed(Arrays.copyOf(fields, 2 * fieldCount)));
  }

  private void append(byte b) throws MalformedResponseException {
    if (length == bytes.length) {
      if (length == MAX_HEAD_BYTES) {
        throw new MalformedResponseException("the head exceeds " + MAX_HEAD_BYTES + " bytes");
      }
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = b;
  }

  /** Returns whether the line that has just ended is the empty one. */
  private boolean endLine() throws MalformedResponseException {
    int end = length - 2;
    if (end < lineStart || bytes[end] != '\r') {
      throw new MalformedResponseException("the head has an LF without CR");
    }
    if (lineStart == 0) {
      minorVersion(end);
      status(end);
    } else if (end == lineStart) {
      return true;
    } else {
      addField(lineStart, end);
    }
    lineStart = length;
    return false;
  }

  private int minorVersion(int end) throws MalformedResponseException {
    boolean known =
        end >= VERSION_LENGTH
            && bytes[0] == 'H'
            && bytes[1] == 'T'
            && bytes[2] == 'T'
            && bytes[3] == 'P'
            && bytes[4] == '/'
            && bytes[5] == '1'
            && bytes[6] == '.'
            && (bytes[7] == '0' || bytes[7] == '1');
    if (!known) {
      throw new MalformedResponseException("the answer does not begin with HTTP/1.0 or HTTP/1.1");
    }
    return bytes[7] - '0';
  }

  private int status(int end) throws MalformedResponseException {
    boolean shaped =
        end >= STATUS_END
            && bytes[VERSION_LENGTH] == ' '
            && (end == STATUS_END || bytes[STATUS_END] == ' ');
    int status = 0;
    for (int i = VERSION_LENGTH + 1; shaped && i < STATUS_END; i++) {
      int digit = bytes[i] - '0';
      shaped = digit >= 0 && digit <= 9;
      status = 10 * status + digit;
    }
    if (!shaped || status < 100 || status > 599) {
      throw new MalformedResponseException("the status is not a number from 100 to 599");
    }
    return status;
  }

  private void addField(int start, int end) throws MalformedResponseException {
    if (bytes[start] == ' ' || bytes[start] == '\t') {
      throw new MalformedResponseException("the head has a folded line");
    }
    if (fieldCount == MAX_FIELDS) {
      throw new MalformedResponseException("the head has more than " + MAX_FIELDS + " fields");
    }
    int colon = start;
    while (colon < end && HttpSyntax.isTokenChar(bytes[colon])) {
      colon++;
    }
    if (colon == start || colon == end || bytes[colon] != ':') {
      throw new MalformedResponseException("a field of the head has no valid name");
    }
    int from = colon + 1;
    int to = end;
    while (from < to && isSpace(bytes[from])) {
      from++;
    }
    while (to > from && isSpace(bytes[to - 1])) {
      to--;
    }
    for (int i = from; i < to; i++) {
      if (!HttpSyntax.isValueByte(bytes[i] & 0xff)) {
        throw new MalformedResponseException("a field of the head has a control character");
      }
    }
    if (2 * fieldCount == fields.length) {
      fields = Arrays.copyOf(fields, 2 * fields.length);
    }
    fields[2 * fieldCount] = new String(bytes, start, colon - start, ISO_8859_1);
    fields[2 * fieldCount + 1] = new String(bytes, from, to - from, ISO_8859_1);
    fieldCount++;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }
}
