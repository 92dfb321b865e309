package io.s3dlio.storage.file;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * What tells one version of a file from another. The device number is left out because a shared
 * file system has another one on each host.
 *
 * @param size in bytes
 * @param modifiedNanos the time of the last change since 1970; the nearest long if it is none
 * @param inode the file's number in its file system
 */
record FileVersion(long size, long modifiedNanos, long inode) {
  private static final String INODE = "ino=";

  static FileVersion of(Path path) throws IOException {
    return of(Files.readAttributes(path, BasicFileAttributes.class));
  }

  static FileVersion of(BasicFileAttributes attributes) {
    return new FileVersion(
        attributes.size(),
        attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
        inode(String.valueOf(attributes.fileKey())));
  }

  /**
   * @param seconds the time of the last change, whole seconds
   * @param nanos the rest of it
   */
  static FileVersion of(long size, long seconds, int nanos, long inode) {
    long whole = TimeUnit.SECONDS.toNanos(seconds);
    long modified = whole + nanos;
    boolean beyond = whole == Long.MIN_VALUE || modified < whole;
    return new FileVersion(size, beyond ? whole : modified, inode);
  }

  String etag() {
    return Long.toHexString(size)
        + "-"
        + Long.toHexString(modifiedNanos)
        + "-"
        + Long.toHexString(inode);
  }

  static ObjectInfo info(Location location, BasicFileAttributes attributes) {
    return new ObjectInfo(
        location,
        attributes.size(),
        attributes.lastModifiedTime().toInstant(),
        of(attributes).etag());
  }

  /**
   * Requires that the version which a write is to replace is there; returns it.
   *
   * @throws ObjectChangedException if another is there, or no file
   */
  static FileVersion requireAt(Location location, Path path, String etag) throws IOException {
    String there;
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      FileVersion version = of(attributes);
      if (attributes.isRegularFile() && version.etag().equals(etag)) {
        return version;
      }
      there = attributes.isRegularFile() ? "another is there" : "what is there is no file";
    } catch (NoSuchFileException e) {
      there = "there is none";
    } catch (IOException e) {
      throw FileErrors.writing("put", location, path, e);
    }
    throw new ObjectChangedException(
        Failure.of(
                "put",
                location,
                "the version with the ETag '%s' was to be replaced, and %s".formatted(etag, there))
            .withRemedy("Read it again, and write to what is there now"));
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

  /**
   * The key reads {@code (dev=..,ino=..)}; asking for the number alone would be another call. Java
   * writes it with a sign.
   */
  private static long inode(String key) {
    int start = key.indexOf(INODE);
    int end = key.indexOf(')', start);
    return start < 0 || end < 0
        ? key.hashCode()
        : Long.parseLong(key, start + INODE.length(), end, 10);
  }
}
