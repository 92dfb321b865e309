package io.s3dlio.storage;

import java.io.IOException;
import java.util.List;

/**
 * A store that can say where a long listing may be cut, so that its pieces are listed at the same
 * time: the piece after one cut is {@link ListOptions#startAfter} it, and ends before the next.
 */
public interface CutListings {
  /**
   * Returns names of directories right below a directory, in {@link Location#KEY_ORDER}: a thousand
   * at most, and there may be more, between them and after the last. Costs one request.
   *
   * @param directory a prefix that is empty or ends with a slash
   * @param after only names after this key; empty for all
   * @return keys that end with a slash and begin with the directory's
   */
  List<String> cuts(Location directory, String after) throws IOException;
}
