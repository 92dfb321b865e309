/** What stores count for those who operate them. */
@NullMarked
package io.s3dlio.storage.telemetry;

import org.jspecify.annotations.NullMarked;
