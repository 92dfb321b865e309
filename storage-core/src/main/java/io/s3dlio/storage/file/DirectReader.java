package io.s3dlio.storage.file;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Reads around the page cache. */
final class DirectReader implements RangeReader {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, ExtendedOpenOption.DIRECT);

  private final DirectIo io;

  DirectReader(DirectIo io) {
    this.io = io;
  }

  @Override
  public void read(Path path, long offset, ByteBuffer target, long length) throws IOException {
    int start = target.position();
    try (FileChannel channel = io.open(path, READ);
        DirectTransfer transfer = new DirectTransfer(channel, io.blockSize(path), target)) {
      transfer.run(offset);
    } catch (IOException | UnsupportedOperationException e) {
      // Some file systems refuse at the first read and not when the file is opened.
      if (target.position() != start || !DirectIo.isRefusal(path, e)) {
        throw e;
      }
      io.fallBack(path, e);
      CachedReader.readPlain(path, offset, target);
    }
  }
}
