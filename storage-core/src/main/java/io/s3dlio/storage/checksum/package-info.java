/** The algebra of checksums: sums of pieces become sums of the whole. */
@NullMarked
package io.s3dlio.storage.checksum;

import org.jspecify.annotations.NullMarked;
