/** Objects as streams of bytes: read ahead, collected into chunks, compressed. */
@NullMarked
package io.s3dlio.storage.stream;

import org.jspecify.annotations.NullMarked;
