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
final class DirectSource implements FileSource {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, ExtendedOpenOption.DIRECT);

  private final Path path;
  private final DirectIo io;
  private final FileChannel channel;

  private DirectSource(Path path, DirectIo io) throws IOException {
    this.path = path;
    this.io = io;
    this.channel = io.open(path, READ);
  }

  /** Opens a file, through the page cache if that is allowed where O_DIRECT is refused. */
  static FileSource open(Path path, DirectIo io) throws IOException {
    try {
      return new DirectSource(path, io);
    } catch (IOException | UnsupportedOperationException e) {
      if (!DirectIo.isRefusal(path, e)) {
        throw e;
      }
      io.fallBack(path, e);
      return new ChannelSource(path);
    }
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    try (DirectTransfer transfer = new DirectTransfer(channel, io.blockSize(path), target)) {
      transfer.run(offset);
    } catch (IOException | UnsupportedOperationException e) {
      // Some file systems refuse at the first read and not when the file is opened.
      if (target.position() != start || !DirectIo.isRefusal(path, e)) {
        throw e;
      }
      io.fallBack(path, e);
      try (FileSource cached = new ChannelSource(path)) {
        cached.read(offset, target);
      }
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
