package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.Uploads;
import io.s3dlio.storage.cloud.WriteCondition;
import java.io.IOException;

/** The upload of one object. */
record GcsUploads(
    GcsStore store, GcsClient client, GcsConfig config, Location location, WriteCondition condition)
    implements Uploads {
  @Override
  public Upload begin() throws IOException {
    return ResumableUpload.begin(
        store, client, ObjectSum.of(config.checksum()), location, condition);
  }

  @Override
  public boolean isSequential() {
    return true;
  }

  /** An upload that the server refuses is lost, while one that waits may be completed later. */
  @Override
  public void beforeCompletion() throws IOException {
    condition.requireHolds(store, location);
  }
}
