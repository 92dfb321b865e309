package io.s3dlio.storage.transport;

import java.nio.ByteBuffer;

/**
 * An answer.
 *
 * @param body what did not go to the caller's buffer, at most the bound of the call
 * @param bodyLength bytes of the body, wherever they went
 * @param truncated whether the bound cut the body of an unsuccessful answer off
 */
public record HttpResponse(
    int status, HttpHeaders headers, ByteBuffer body, long bodyLength, boolean truncated) {}
