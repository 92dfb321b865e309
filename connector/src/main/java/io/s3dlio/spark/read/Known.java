package io.s3dlio.spark.read;

/**
 * What decides which columns the listing knows.
 *
 * @param chunked whether an object may be several rows, which have offsets of their own
 * @param batchRows how many rows are a batch; 0 if batches do not count
 * @param partitions the columns that directories give
 */
record Known(boolean chunked, int batchRows, PartitionColumns partitions) {}
