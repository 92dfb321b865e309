package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import java.io.IOException;

/** Asks a server for listings, page by page of ListObjectsV2. */
interface ListPages {
  /**
   * Returns a page, as the server tells it.
   *
   * @param after the key that it begins after, unless a continuation says more exactly where; empty
   *     for the first
   * @param continuation as the page before told it; empty for the first
   */
  S3Xml.Page page(Location prefix, boolean recursive, String after, String continuation)
      throws IOException;
}
