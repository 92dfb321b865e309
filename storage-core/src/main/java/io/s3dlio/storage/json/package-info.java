/** JSON that others may have written: every field is checked. */
@NullMarked
package io.s3dlio.storage.json;

import org.jspecify.annotations.NullMarked;
