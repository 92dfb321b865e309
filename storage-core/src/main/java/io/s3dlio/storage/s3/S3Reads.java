package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.TruncatedException;
import io.s3dlio.storage.cloud.CloudReads;
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
    CloudReads.ofNothing(request, there);
    return new KeptSum(there.length(), "");
  }
}
