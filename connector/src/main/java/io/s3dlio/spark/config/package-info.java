/** The options: each defined once, resolved in one place. */
@NullMarked
package io.s3dlio.spark.config;

import org.jspecify.annotations.NullMarked;
