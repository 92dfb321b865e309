package io.s3dlio.storage;

import java.io.IOException;
import java.time.Instant;

/** A store in which the remains of a killed writer stay until somebody removes them. */
public interface UnfinishedWrites {
  /**
   * Removes what writers with this id began below the prefix and never finished. Whole objects are
   * not touched.
   *
   * @param writerId the {@link WriterOptions#writerId()} of the writers
   * @param startedAt the time before which no such writer ran
   * @return how many unfinished writes were removed
   */
  long abortUnfinished(Location prefix, String writerId, Instant startedAt) throws IOException;
}
