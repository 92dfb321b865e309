package io.s3dlio.storage.loader;

import io.s3dlio.storage.tuning.SizeSummary;

/** Items by their numbers, from 0. Immutable. */
interface Items {
  long size();

  DatasetItem item(long index);

  /** Returns what is known of the items' sizes. */
  default SizeSummary sizes() {
    return SizeSummary.UNKNOWN;
  }
}
