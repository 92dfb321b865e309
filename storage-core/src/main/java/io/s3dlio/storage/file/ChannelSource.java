package io.s3dlio.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Reads through the page cache by Java's own means. */
final class ChannelSource implements FileSource {
  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

  private final Path path;
  private final FileChannel channel;

  ChannelSource(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, READ);
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    long position = offset;
    int limit = target.limit();
    try {
      while (target.position() < limit) {
        target.limit(target.position() + Math.min(limit - target.position(), MAX_TRANSFER));
        int read = channel.read(target, position);
        if (read < 0) {
          return;
        }
        position += read;
      }
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public FileVersion version() throws IOException {
    return FileVersion.of(path);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
