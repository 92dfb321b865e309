/** Programs for spark-submit. */
@NullMarked
package io.s3dlio.spark.jobs;

import org.jspecify.annotations.NullMarked;
