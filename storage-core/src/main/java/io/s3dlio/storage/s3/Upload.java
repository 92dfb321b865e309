package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** One multipart upload at the server. Parts may be sent by several threads. */
interface Upload {
  /** Sends a part, from the buffer's position to its limit. */
  UploadedPart send(int number, ByteBuffer content) throws IOException;

  /** Makes the object visible. */
  ObjectInfo complete(List<UploadedPart> parts, long length) throws IOException;

  /** Discards the upload and its parts. */
  void abort() throws IOException;

  /** How the server checks the object that the parts make. */
  enum Sums {
    /** By one CRC32C over all. */
    WHOLE,
    /** By a CRC32C of the parts' own. */
    COMPOSITE,
    NONE
  }

  /** Begins an upload, once there is a part for it. */
  @FunctionalInterface
  interface Beginning {
    Upload begin() throws IOException;
  }

  /** Begins an upload of one kind. */
  @FunctionalInterface
  interface OfKind {
    Upload begin(Sums sums) throws IOException;
  }

  /** Begins an upload; a server that knows no sum of a whole upload is asked for the other. */
  static Upload begin(S3Config.Checksum checksum, OfKind uploads) throws IOException {
    if (checksum != S3Config.Checksum.CRC32C) {
      return uploads.begin(Sums.NONE);
    }
    try {
      return uploads.begin(Sums.WHOLE);
    } catch (StorageException e) {
      int status = e.failure().status();
      if (status != 400 && status != 501) {
        throw e;
      }
      try {
        return uploads.begin(Sums.COMPOSITE);
      } catch (StorageException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }
}
