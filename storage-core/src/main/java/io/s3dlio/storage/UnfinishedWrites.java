package io.s3dlio.storage;

import java.io.IOException;
import java.time.Instant;
import java.util.Set;

/** A store in which the remains of a killed writer stay until somebody removes them. */
public interface UnfinishedWrites {
  /** Knows what a writer writes. */
  @FunctionalInterface
  interface Ownership {
    /** Returns those of the locations that are the writer's own, as far as that is known. */
    Set<Location> own(Set<Location> locations) throws IOException;
  }

  /**
   * Removes what writers with this id began below the prefix and never finished, and what others
   * left so long ago that they must be dead, where a store can tell. Whole objects are not touched.
   *
   * @param writerId the {@link WriterOptions#writerId()} of the writers
   * @param startedAt the time, by this machine's clock, before which no such writer ran
   * @param ownership asked where the store keeps no id of who writes: what is not the writers' own
   *     stays
   * @return how many unfinished writes were removed
   */
  long abortUnfinished(Location prefix, String writerId, Instant startedAt, Ownership ownership)
      throws IOException;
}
