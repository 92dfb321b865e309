/** Rows as records of TFRecord files and samples of NPZ archives: which bytes they become. */
@NullMarked
package io.s3dlio.spark.write.encode;

import org.jspecify.annotations.NullMarked;
