/** Azure Blob Storage. */
@NullMarked
package io.s3dlio.storage.azure;

import org.jspecify.annotations.NullMarked;
