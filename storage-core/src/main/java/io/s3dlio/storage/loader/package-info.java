/** What a training program loads, and in which order. */
@NullMarked
package io.s3dlio.storage.loader;

import org.jspecify.annotations.NullMarked;
