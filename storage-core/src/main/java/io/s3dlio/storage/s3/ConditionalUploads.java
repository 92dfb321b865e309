package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.Uploads;
import io.s3dlio.storage.cloud.WriteCondition;
import java.io.IOException;

/** The upload of one object, which may depend on what is there. */
record ConditionalUploads(
    ObjectStore store,
    IfMatchProbe.Server server,
    IfMatchProbe ifMatch,
    Location location,
    WriterOptions options)
    implements Uploads {
  @Override
  public Upload begin() throws IOException {
    return server.begin(location, options);
  }

  @Override
  public void beforeCompletion() throws IOException {
    WriteCondition condition = WriteCondition.of(options);
    condition.requireHolds(store, location);
    if (condition.isOfVersion()) {
      ifMatch.requireCompletions(location);
    }
  }
}
