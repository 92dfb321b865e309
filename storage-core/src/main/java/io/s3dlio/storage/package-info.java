/** The store API: locations, objects, reads and writes, the same on every backend. */
@NullMarked
package io.s3dlio.storage;

import org.jspecify.annotations.NullMarked;
