/** Local files, through the page cache ({@code file://}) and around it ({@code direct://}). */
@NullMarked
package io.s3dlio.storage.file;

import org.jspecify.annotations.NullMarked;
