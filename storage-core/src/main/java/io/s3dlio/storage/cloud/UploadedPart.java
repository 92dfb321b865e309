package io.s3dlio.storage.cloud;

/**
 * A part that the server has.
 *
 * @param number counts from 1
 * @param crc32c of its bytes; 0 if it was sent without
 */
public record UploadedPart(int number, String etag, long length, int crc32c) {}
