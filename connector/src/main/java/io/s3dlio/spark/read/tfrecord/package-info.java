/** The features of TFRecords as columns. */
@NullMarked
package io.s3dlio.spark.read.tfrecord;

import org.jspecify.annotations.NullMarked;
