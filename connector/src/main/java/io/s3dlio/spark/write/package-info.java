/** Rows as objects: synthetic ones and real content. */
@NullMarked
package io.s3dlio.spark.write;

import org.jspecify.annotations.NullMarked;
