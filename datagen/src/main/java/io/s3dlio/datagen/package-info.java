/** What to generate: bytes, names, synthetic objects, and the engine that puts many of them. */
@NullMarked
package io.s3dlio.datagen;

import org.jspecify.annotations.NullMarked;
