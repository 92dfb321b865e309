package io.s3dlio.spark.read;

/**
 * What decides which columns the listing knows.
 *
 * @param chunked whether an object may be several rows, which have offsets of their own
 * @param batchRows how many rows are a batch; 0 if batches do not count
 * @param partitions the columns that directories give
 * @param decoding what objects are taken for
 */
record Known(boolean chunked, int batchRows, PartitionColumns partitions, Decoding decoding) {
  /** Of objects as they are. */
  Known(boolean chunked, int batchRows, PartitionColumns partitions) {
    this(chunked, batchRows, partitions, new ContentDecoding());
  }

  /**
   * @throws Refusal if nobody knows how many rows an object is before it is read
   */
  void requireRows() throws Refusal {
    if (decoding.looksInside()) {
      throw new Refusal("with decode the rows of an object are known once it is read");
    }
  }
}
