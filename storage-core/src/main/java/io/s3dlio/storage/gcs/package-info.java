/** Google Cloud Storage. */
@NullMarked
package io.s3dlio.storage.gcs;

import org.jspecify.annotations.NullMarked;
