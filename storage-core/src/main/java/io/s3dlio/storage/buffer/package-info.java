/** Page-aligned off-heap buffers under one byte budget. */
@NullMarked
package io.s3dlio.storage.buffer;

import org.jspecify.annotations.NullMarked;
