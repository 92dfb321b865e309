package io.s3dlio.storage.cloud;

/** What a read is checked by, beyond its length and version. */
public enum VerifyRead {
  NONE,
  /** Objects that are read in one request, by the CRC32C that the server keeps, if it does. */
  WHOLE,
  /**
   * Objects that one reader reads whole, in whatever ranges, by the CRC32C that the server keeps.
   * What is not compared, for want of a sum or of the rest of the object, is counted.
   */
  ALL
}
