package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.transport.HeadCheck;
import io.s3dlio.storage.transport.HttpHeaders;

/** Lets the body of an answer pass only if it is the range that was asked for. */
public final class RangeCheck implements HeadCheck {
  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final String UNIT = "bytes ";

  private final ReadRequest request;
  private final String versionField;
  private final String checksumField;
  private final long end;
  private long objectLength = -1;
  private String checksum = "";

  /**
   * @param checksumField the field of the answer that tells the sum of the whole object; empty for
   *     none
   */
  public RangeCheck(ReadRequest request, String checksumField) {
    this(request, "ETag", checksumField);
  }

  /**
   * @param versionField the field of the answer that tells the object's version
   * @param checksumField as above
   */
  public RangeCheck(ReadRequest request, String versionField, String checksumField) {
    this.request = request;
    this.versionField = versionField;
    this.checksumField = checksumField;
    this.end = request.offset() + request.target().remaining();
  }

  /** Returns the object's length, as the answer tells it. */
  public long objectLength() {
    return objectLength;
  }

  /** Returns the sum of the whole object that the server keeps; empty if it tells none. */
  public String checksum() {
    return checksum;
  }

  @Override
  public void check(int status, HttpHeaders headers) throws StorageException {
    if (status != OK && status != PARTIAL_CONTENT) {
      return;
    }
    String etag = Etags.unquoted(headers.first(versionField).orElse(""));
    CloudReads.requireVersion(request, etag);
    String range = headers.first("Content-Range").orElse("");
    String length = headers.first("Content-Length").orElse("");
    if (status == PARTIAL_CONTENT) {
      take(range, length);
    } else {
      takeWhole(length);
    }
    checksum = checksumField.isEmpty() ? "" : String.join(",", headers.all(checksumField));
  }

  /** A server may answer with the whole object instead of a range that begins with it. */
  private void takeWhole(String length) throws StorageException {
    long whole = number(length, 0, length.length());
    if (request.offset() != 0 || whole > end) {
      throw unlike("the whole object");
    }
    objectLength = whole;
  }

  private void take(String range, String length) throws StorageException {
    int dash = range.indexOf('-');
    int slash = range.indexOf('/');
    if (!range.startsWith(UNIT) || dash < 0 || slash < dash) {
      throw unlike("'" + range + "'");
    }
    long first = number(range, UNIT.length(), dash);
    long answerEnd = number(range, dash + 1, slash) + 1;
    objectLength = number(range, slash + 1, range.length());
    if (first == request.offset() && answerEnd == first && first >= objectLength) {
      // Azurite's way to say that nothing is there.
      throw CloudReads.truncated(request, end, objectLength);
    }
    boolean asked = first == request.offset() && answerEnd > first && answerEnd <= end;
    boolean whole = length.isEmpty() || number(length, 0, length.length()) == answerEnd - first;
    if (!asked || !whole || answerEnd > objectLength) {
      throw unlike("'" + range + "' and a length of '" + length + "'");
    }
  }

  private long number(String text, int from, int to) throws StorageException {
    long number = 0;
    boolean valid = from < to && to - from <= 18;
    for (int i = from; valid && i < to; i++) {
      int digit = text.charAt(i) - '0';
      valid = digit >= 0 && digit <= 9;
      number = 10 * number + digit;
    }
    if (!valid) {
      throw unlike("'" + text + "'");
    }
    return number;
  }

  private StorageException unlike(String answer) {
    return new StorageException(
        Failure.of(
            "read",
            request.location(),
            "asked for the bytes from %d to before %d, the server answered with %s"
                .formatted(request.offset(), end, CloudFailures.told(answer))));
  }
}
