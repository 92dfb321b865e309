package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.s3.S3Config.VerifyRead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** What reads have in common, whoever carries them. */
final class S3Reads {
  private S3Reads() {}

  /** Reads, and compares what came at once with the sum that the server keeps of it. */
  static void read(VerifiedReader.Source source, ReadRequest request, VerifyRead verify)
      throws IOException {
    ByteBuffer target = request.target();
    int start = target.position();
    KeptSum kept = source.get(request);
    if (kept.isKnown() && verify != VerifyRead.NONE) {
      ByteBuffer content = target.slice(start, target.position() - start);
      kept.requireEqual(request.location(), Crc32c.of(List.of(content)));
    }
  }

  /** Returns what a read of no bytes tells of the object that is there. */
  static KeptSum ofNothing(ReadRequest request, ObjectInfo there)
      throws ObjectChangedException, TruncatedException {
    requireVersion(request, there);
    if (request.offset() > there.length()) {
      throw truncated(request, request.offset(), there.length());
    }
    return new KeptSum(there.length(), "");
  }

  static void requireVersion(ReadRequest request, ObjectInfo there) throws ObjectChangedException {
    requireVersion(request, there.etag());
  }

  /**
   * @throws ObjectChangedException if a version is asked for and this is another one
   */
  static void requireVersion(ReadRequest request, String etag) throws ObjectChangedException {
    if (!request.etag().isEmpty() && !request.etag().equals(etag)) {
      throw new ObjectChangedException(
          Failure.of("read", request.location(), "it was written again since it was listed")
              .withRemedy("List it again"));
    }
  }

  /** Returns the failure of a range that ends behind its object. */
  static TruncatedException truncated(ReadRequest request, long end, long length) {
    return new TruncatedException(
        Failure.of(
            "read",
            request.location(),
            "the range ends at byte %d, the object at byte %d".formatted(end, length)));
  }
}
