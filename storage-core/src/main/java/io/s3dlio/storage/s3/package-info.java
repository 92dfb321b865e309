/** Amazon S3 and the stores that speak its protocol. */
@NullMarked
package io.s3dlio.storage.s3;

import org.jspecify.annotations.NullMarked;
