package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.UnavailableException;

/** What reads have in common, whoever carries them. */
public final class CloudReads {
  private CloudReads() {}

  /** Checks a read of no bytes by what is there. */
  public static void ofNothing(ReadRequest request, ObjectInfo there)
      throws ObjectChangedException, TruncatedException {
    requireVersion(request, there.etag());
    if (request.offset() > there.length()) {
      throw truncated(request, request.offset(), there.length());
    }
  }

  /**
   * @throws ObjectChangedException if a version is asked for and this is another one
   */
  public static void requireVersion(ReadRequest request, String etag)
      throws ObjectChangedException {
    if (!request.etag().isEmpty() && !request.etag().equals(etag)) {
      throw new ObjectChangedException(
          Failure.of("read", request.location(), "it was written again since it was listed")
              .withRemedy("List it again"));
    }
  }

  /** Returns the failure of a range that ends behind its object. */
  public static TruncatedException truncated(ReadRequest request, long end, long length) {
    return new TruncatedException(
        Failure.of(
            "read",
            request.location(),
            "the range ends at byte %d, the object at byte %d".formatted(end, length)));
  }

  /** Returns the failure of an answer that ended before its range. */
  public static UnavailableException cut(ReadRequest request, int left) {
    return new UnavailableException(
        Failure.of(
            "read",
            request.location(),
            "the answer ended %d bytes before the range does".formatted(left)));
  }

  /** Reads a length of a header field; -1 if it is none. */
  public static long length(String text) {
    return !text.isEmpty()
            && text.length() <= 18
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Long.parseLong(text)
        : -1;
  }
}
