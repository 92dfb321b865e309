package io.s3dlio.storage.file;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * What tells one version of a file from another: size, time of the last change in nanoseconds, and
 * inode number. The device number is left out because a shared file system has another one on each
 * host.
 */
final class FileVersion {
  private static final String INODE = "ino=";

  private FileVersion() {}

  static String etag(BasicFileAttributes attributes) {
    return Long.toHexString(attributes.size())
        + "-"
        + Long.toHexString(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
        + "-"
        + Long.toHexString(inode(attributes));
  }

  static ObjectInfo info(Location location, BasicFileAttributes attributes) {
    return new ObjectInfo(
        location, attributes.size(), attributes.lastModifiedTime().toInstant(), etag(attributes));
  }

  /** Returns the size in an {@link #etag}, or -1 if the text is none. */
  static long size(String etag) {
    int end = etag.indexOf('-');
    if (end < 1 || end > 15) {
      return -1;
    }
    for (int i = 0; i < end; i++) {
      if (!HexFormat.isHexDigit(etag.charAt(i))) {
        return -1;
      }
    }
    return HexFormat.fromHexDigitsToLong(etag, 0, end);
  }

  /** The key reads {@code (dev=..,ino=..)}; asking for the number alone would be another call. */
  private static long inode(BasicFileAttributes attributes) {
    String key = String.valueOf(attributes.fileKey());
    int start = key.indexOf(INODE);
    int end = key.indexOf(')', start);
    return start < 0 || end < 0
        ? key.hashCode()
        : Long.parseUnsignedLong(key, start + INODE.length(), end, 10);
  }
}
