/** What a write job says that it wrote: a head and shards of entries. */
@NullMarked
package io.s3dlio.storage.manifest;

import org.jspecify.annotations.NullMarked;
