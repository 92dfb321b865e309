/** Turns requests into bounded, retried, cancellable ranges and runs them on threads of its own. */
@NullMarked
package io.s3dlio.storage.range;

import org.jspecify.annotations.NullMarked;
