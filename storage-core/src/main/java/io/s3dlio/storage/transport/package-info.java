/** HTTP/1.1 over blocking sockets, bodies straight to and from direct buffers; knows no store. */
@NullMarked
package io.s3dlio.storage.transport;

import org.jspecify.annotations.NullMarked;
