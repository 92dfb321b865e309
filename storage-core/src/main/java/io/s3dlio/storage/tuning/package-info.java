/** Turns the sizes of objects into numbers, and does nothing else. */
@NullMarked
package io.s3dlio.storage.tuning;

import org.jspecify.annotations.NullMarked;
