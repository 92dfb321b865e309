package io.s3dlio.storage.s3;

import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.io.IOException;

/** How the server checks the object that the parts of an upload make. */
enum UploadSums {
  /** By one CRC32C over all. */
  WHOLE,
  /** By a CRC32C of the parts' own. */
  COMPOSITE,
  NONE;

  /** Begins an upload of one kind. */
  @FunctionalInterface
  interface OfKind {
    Upload begin(UploadSums sums) throws IOException;
  }

  /** Begins an upload; a server that knows no sum of a whole upload is asked for the other. */
  static Upload begin(UploadChecksum checksum, OfKind uploads) throws IOException {
    if (checksum != UploadChecksum.CRC32C) {
      return uploads.begin(UploadSums.NONE);
    }
    try {
      return uploads.begin(UploadSums.WHOLE);
    } catch (StorageException e) {
      int status = e.failure().status();
      if (status != 400 && status != 501) {
        throw e;
      }
      try {
        return uploads.begin(UploadSums.COMPOSITE);
      } catch (StorageException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }
}
