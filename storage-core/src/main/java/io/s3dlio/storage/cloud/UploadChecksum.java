package io.s3dlio.storage.cloud;

/** What an upload is checked by. */
public enum UploadChecksum {
  /** A CRC32C, which the server keeps with the object: S3 and Google's. */
  CRC32C,
  /** The CRC64 of each request, which the server forgets: Azure's. */
  CRC64,
  /** The MD5 of each request. */
  MD5,
  /** The connection alone. */
  NONE
}
