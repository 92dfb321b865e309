package io.s3dlio.spark.read;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a row of an array says besides its data.
 *
 * @param name by which its object knows the array; null if arrays have none there
 * @param dtype how NumPy calls the type of its elements
 * @param shape of the row's data
 * @param index the number of the sample in its array, or of the array in its object
 */
record ArrayRow(@Nullable String name, String dtype, List<Long> shape, long index) {}
