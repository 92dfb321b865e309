package io.s3dlio.storage;

import java.io.IOException;
import java.util.Set;

/** A store in which a loss of power may take names that were given and not yet synced. */
public interface NameSync {
  /**
   * Makes safe what was written, and deleted, directly in these prefixes, and the prefixes
   * themselves. Those that do not exist are passed over.
   */
  void syncNames(Set<Location> prefixes) throws IOException;
}
