/** Objects as rows: listing, splits, batches. */
@NullMarked
package io.s3dlio.spark.read;

import org.jspecify.annotations.NullMarked;
