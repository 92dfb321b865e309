package io.s3dlio.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.PageCacheMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileVersionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999999Z",
        "1960-01-01T00:00:00.000000001Z",
        "2026-03-04T05:06:07.123456789Z",
        "2262-04-11T23:47:16.854775807Z",
        "2262-04-11T23:47:16.854775808Z",
        "2300-01-01T00:00:00.5Z"
      })
  void anOpenFileAndItsPathTellTheSame(String time, @TempDir Path directory) throws IOException {
    Path path = Files.write(directory.resolve("a"), new byte[70_000]);
    Files.setLastModifiedTime(path, FileTime.from(Instant.parse(time)));

    try (DescriptorSource file =
        new DescriptorSource(path, PageCacheMode.NORMAL, boundPageCache())) {
      assertThat(file.version()).isEqualTo(FileVersion.of(path));
      assertThat(Statx.version(-1)).isNull();
    }
  }

  @Test
  void anOpenFileTellsItsVersionAfterItsPathIsGone(@TempDir Path directory) throws IOException {
    Path path = Files.write(directory.resolve("a"), new byte[3]);
    FileVersion version = FileVersion.of(path);

    try (DescriptorSource file =
        new DescriptorSource(path, PageCacheMode.NORMAL, boundPageCache())) {
      Files.delete(path);
      FileVersion now = file.version();
      assertThat(now.size()).isEqualTo(3);
      assertThat(now.inode()).isEqualTo(version.inode());
      assertThat(now.modifiedNanos()).isEqualTo(version.modifiedNanos());
    }
  }

  private static PageCache boundPageCache() {
    PageCache pageCache = PageCache.shared();
    assertThat(pageCache.isBound()).isTrue();
    return pageCache;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void inodesAreReadAsJavaWritesThem(long inode, @TempDir Path directory) throws IOException {
    Path path = Files.createFile(directory.resolve("a"));
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);

    assertThat(FileVersion.of(withKey(attributes, "(dev=fe01,ino=" + inode + ")")).inode())
        .isEqualTo(inode);
  }

  private static BasicFileAttributes withKey(BasicFileAttributes attributes, Object key) {
    return new BasicFileAttributes() {
      @Override
      public FileTime lastModifiedTime() {
        return attributes.lastModifiedTime();
      }

      @Override
      public FileTime lastAccessTime() {
        return attributes.lastAccessTime();
      }

      @Override
      public FileTime creationTime() {
        return attributes.creationTime();
      }

      @Override
      public boolean isRegularFile() {
        return true;
      }

      @Override
      public boolean isDirectory() {
        return false;
      }

      @Override
      public boolean isSymbolicLink() {
        return false;
      }

      @Override
      public boolean isOther() {
        return false;
      }

      @Override
      public long size() {
        return attributes.size();
      }

      @Override
      public Object fileKey() {
        return key;
      }
    };
  }
}
