/** The Spark data source "s3dlio": its entry and its table. */
@NullMarked
package io.s3dlio.spark;

import org.jspecify.annotations.NullMarked;
