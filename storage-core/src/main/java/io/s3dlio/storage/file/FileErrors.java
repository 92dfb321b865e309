package io.s3dlio.storage.file;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what a failure of the file system means, in the words of the store. */
final class FileErrors {
  private static final String NO_SUCH_FILE = "no such file";

  /** What the C library says, and what the user can do. */
  private record Known(String text, String remedy) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("No space left on device", "Free space on the device or write elsewhere"),
          new Known("Disk quota exceeded", "Free space or ask for a larger quota"),
          new Known(
              "Too many open files",
              "Raise the limit on open files (ulimit -n) or lower the concurrency"),
          new Known("File name too long", "Use shorter names"),
          new Known(
              "Too many levels of symbolic links", "Look for symbolic links that form a circle"),
          new Known("Read-only file system", "Mount it writable or write elsewhere"));

  private static final List<String> NO_HARD_LINKS =
      List.of("Operation not permitted", "Operation not supported", "Function not implemented");

  private static final List<String> NOWHERE =
      List.of("symbolic link", "Not a directory", "File name too long");

  private FileErrors() {}

  /** Returns what a failure means when the file is to be there. */
  static IOException reading(String operation, Location location, Path path, IOException e) {
    if (isTranslated(e)) {
      return e;
    }
    if (e instanceof NoSuchFileException || isBelowFile(path)) {
      return new NotFoundException(Failure.of(operation, location, NO_SUCH_FILE), e);
    }
    if (Files.isDirectory(path)) {
      return new NotFoundException(Failure.of(operation, location, "it is a directory"), e);
    }
    return other(operation, location, e);
  }

  /** Returns what a failure means when a file is to be made. */
  static IOException writing(String operation, Location location, Path path, IOException e) {
    if (isTranslated(e)) {
      return e;
    }
    if (Files.isDirectory(path)) {
      return new StorageException(
          Failure.of(operation, location, "it is a directory").withRemedy("Choose another key"), e);
    }
    if (isBelowFile(path)) {
      return new StorageException(
          Failure.of(operation, location, "a file is where a directory above it must be")
              .withRemedy("Choose another key or delete the file"),
          e);
    }
    if (e instanceof NoSuchFileException) {
      return new StorageException(
          Failure.of(
              operation, location, "its directory or the unfinished file was removed meanwhile"),
          e);
    }
    return other(operation, location, e);
  }

  /** Returns what a failure means when a file is given its name by a hard link. */
  static IOException linking(String operation, Location location, Path path, IOException e) {
    if (e instanceof FileAlreadyExistsException && !Files.isDirectory(path)) {
      return alreadyExists(operation, location, e);
    }
    if (e instanceof FileSystemException failure
        && failure.getReason() != null
        && NO_HARD_LINKS.contains(failure.getReason())) {
      return new StorageException(
          Failure.of(
                  operation,
                  location,
                  "the file system makes no hard link, without which nothing can be written"
                      + " atomically and yet replace nothing")
              .withRemedy("Allow it to be replaced (replaceExisting) or write elsewhere"),
          e);
    }
    return writing(operation, location, path, e);
  }

  /** Returns what a failure means when neither a missing file nor a directory is in question. */
  static IOException other(String operation, Location location, IOException e) {
    if (isTranslated(e)) {
      return e;
    }
    if (e instanceof ClosedByInterruptException) {
      InterruptedIOException interrupted =
          new InterruptedIOException(
              "Cannot %s %s: the thread was interrupted".formatted(operation, location));
      interrupted.initCause(e);
      return interrupted;
    }
    if (e instanceof DirectRefusedException refused) {
      return new StorageException(
          Failure.of(operation, location, String.valueOf(refused.getReason()))
              .withRemedy("Set directFallback=true to go through the page cache, or use file://"),
          e);
    }
    String reason = reason(e);
    if (e instanceof java.nio.file.AccessDeniedException
        || reason.equals("Operation not permitted")) {
      return new AccessDeniedException(
          Failure.of(operation, location, "permission denied")
              .withRemedy("Check the permissions of the file and of the directories above it"),
          e);
    }
    for (Known known : KNOWN) {
      if (reason.contains(known.text)) {
        String text = known.text.substring(0, 1).toLowerCase(Locale.ROOT) + known.text.substring(1);
        return new StorageException(
            Failure.of(operation, location, text).withRemedy(known.remedy), e);
      }
    }
    return new StorageException(Failure.of(operation, location, reason), e);
  }

  static AlreadyExistsException alreadyExists(
      String operation, Location location, @Nullable IOException e) {
    return new AlreadyExistsException(
        Failure.of(operation, location, "it exists and is not to be replaced"), e);
  }

  /** Returns whether a path that fails so can lead to no file. */
  static boolean leadsNowhere(IOException e) {
    String reason = reason(e);
    return NOWHERE.stream().anyMatch(reason::contains);
  }

  private static boolean isTranslated(IOException e) {
    return e instanceof StorageException || e instanceof InterruptedIOException;
  }

  /** Asked of the file system and not of the message, which is in the user's language. */
  private static boolean isBelowFile(Path path) {
    Path above = path.getParent();
    while (above != null && Files.notExists(above)) {
      above = above.getParent();
    }
    return above != null && Files.exists(above) && !Files.isDirectory(above);
  }

  /** Returns what the operating system says. */
  static String reason(IOException e) {
    String text = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
    return text == null || text.isBlank() ? e.toString() : text;
  }
}
