package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Location;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Asks a server for listings, page by page. */
@FunctionalInterface
public interface ListPages {
  /**
   * Returns whether the server begins after any key and orders keys as {@link Location#KEY_ORDER}
   * does, or by their UTF-16 units. One that does not is listed from its beginning, in whatever
   * order it has.
   */
  default boolean beginsAfterKeys() {
    return true;
  }

  /** An object in a listing; {@code etag} is unquoted. */
  record Listed(String key, long length, Instant lastModified, String etag) {}

  /**
   * A page of a listing.
   *
   * @param prefixes what keys have in common up to the delimiter, if one was asked for
   * @param continuation names the next page; empty after the last
   */
  record Page(List<Listed> objects, List<String> prefixes, String continuation) {}

  /**
   * Returns a page, as the server tells it.
   *
   * @param after the key that it begins after, unless a continuation says more exactly where; empty
   *     for the first
   * @param continuation as the page before told it; empty for the first
   */
  Page page(Location prefix, boolean recursive, String after, String continuation)
      throws IOException;
}
