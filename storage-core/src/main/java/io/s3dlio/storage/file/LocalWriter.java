package io.s3dlio.storage.file;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;

/** Writes a temporary file beside its final name, so that the object appears whole or never. */
final class LocalWriter implements ObjectWriter {
  private final Location location;
  private final Path path;
  private final WriterOptions options;
  private final Path temp;
  private final FileSink sink;
  private final DirectorySync directories;
  private long written;
  private boolean ended;

  /** Creates the file's directory too, if there is none. */
  LocalWriter(
      Location location,
      Path path,
      WriterOptions options,
      FileSink.Opener opener,
      DirectorySync directories)
      throws IOException {
    this.location = location;
    this.path = path;
    this.options = options;
    this.directories = directories;
    this.temp = path.resolveSibling(TempNames.create(options.writerId()));
    try {
      this.sink = open(opener);
    } catch (IOException e) {
      throw FileErrors.writing("put", location, path, e);
    }
  }

  private FileSink open(FileSink.Opener opener) throws IOException {
    try {
      return opener.open(temp, options);
    } catch (NoSuchFileException e) {
      createDirectory();
    }
    try {
      return opener.open(temp, options);
    } catch (NoSuchFileException e) {
      // Somebody deletes empty directories at the same time: once more, then it is an error.
      createDirectory();
      return opener.open(temp, options);
    }
  }

  private void createDirectory() throws IOException {
    Path directory = temp.getParent();
    if (directory != null) {
      Files.createDirectories(directory);
      if (options.syncName()) {
        directories.syncWithAncestors(directory, new HashSet<>());
      }
    }
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    requireOpen();
    long length = chunk.remaining();
    try {
      sink.write(chunk);
    } catch (IOException e) {
      throw discardedAfter(e);
    }
    written += length;
  }

  @Override
  public StagedObject stage() throws IOException {
    requireOpen();
    try {
      sink.finish();
      sink.close();
      BasicFileAttributes attributes = Files.readAttributes(temp, BasicFileAttributes.class);
      if (attributes.size() != written) {
        throw new StorageException(
            Failure.of(
                "put",
                location,
                "%d bytes were written, the file has %d".formatted(written, attributes.size())));
      }
      ended = true;
      return new StagedFile(
          FileVersion.info(location, attributes), temp, path, options, directories);
    } catch (IOException e) {
      throw discardedAfter(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      try (sink) {
        Files.deleteIfExists(temp);
      } catch (IOException e) {
        throw FileErrors.writing("discard", location, path, e);
      }
    }
  }

  private IOException discardedAfter(IOException failure) {
    IOException translated = FileErrors.writing("put", location, path, failure);
    try {
      close();
    } catch (IOException e) {
      translated.addSuppressed(e);
    }
    return translated;
  }

  private void requireOpen() throws StorageException {
    if (ended) {
      throw new StorageException(Failure.of("put", location, "the writer has ended"));
    }
  }
}
