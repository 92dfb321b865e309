package io.s3dlio.storage.file;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Asks how much of a file is in the page cache. */
final class ResidentPages {
  static final int PAGE = 4096;

  static {
    Native.register(ResidentPages.class, Platform.C_LIBRARY_NAME);
  }

  private ResidentPages() {}

  static int of(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MappedByteBuffer mapping = channel.map(MapMode.READ_ONLY, 0, channel.size());
      byte[] pages = new byte[Math.toIntExact((channel.size() + PAGE - 1) / PAGE)];
      int result = mincore(Native.getDirectBufferPointer(mapping), channel.size(), pages);
      if (result != 0) {
        throw new IOException("mincore failed: " + Native.getLastError());
      }
      int resident = 0;
      for (byte page : pages) {
        resident += page & 1;
      }
      return resident;
    }
  }

  /** Writes a file of this many pages, none of which is in the page cache. */
  static Path coldFile(Path directory, int pages) throws IOException {
    Path path = directory.resolve("cold");
    Files.write(path, LocalTest.content(pages * PAGE));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    PageCache.shared().evict(path);
    assumeThat(of(path)).as("the build directory is on a disk whose pages can be evicted").isZero();
    return path;
  }

  private static native int mincore(Pointer address, long length, byte[] pages);
}
