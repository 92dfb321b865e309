package io.s3dlio.storage.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/** How saving and loading checkpoints fails. */
final class CheckpointFailures {
  private CheckpointFailures() {}

  static CorruptException corrupt(Location location, String reason, @Nullable Throwable cause) {
    return new CorruptException(Failure.of("read", location, reason), cause);
  }

  /** Returns what the store said as it is, and what the parser said as damage. */
  static IOException typed(Location location, IOException e) {
    if (e instanceof StorageException || e instanceof InterruptedIOException) {
      return e;
    }
    String reason = e instanceof JacksonException json ? json.getOriginalMessage() : e.toString();
    return corrupt(location, "the JSON is malformed: " + reason, e);
  }

  /** A complete checkpoint is in the way. */
  static AlreadyExistsException complete(
      Location manifest, long step, String id, @Nullable Throwable cause) {
    return new AlreadyExistsException(
        Failure.of("save", manifest, "step %d has a complete checkpoint (%s)".formatted(step, id))
            .withRemedy("Load it, save another step, or allow replacing"),
        cause);
  }

  static NotFoundException none(Location root) {
    return new NotFoundException(
        Failure.of("load", root, "there is no complete checkpoint").withRemedy("Check the path"));
  }

  /** A state's object is gone or cannot be read. */
  static StorageException missing(Location location, SavedState state, NotFoundException cause) {
    return new NotFoundException(
        Failure.of("load", location, "the state %s is gone".formatted(describe(state)))
            .withRemedy("Load another checkpoint"),
        cause);
  }

  static CorruptException damaged(
      Location location, SavedState state, String reason, @Nullable Throwable cause) {
    return new CorruptException(
        Failure.of("load", location, "the state %s %s".formatted(describe(state), reason))
            .withRemedy("Load another checkpoint"),
        cause);
  }

  static String describe(SavedState state) {
    return "'%s' of rank %d".formatted(state.name(), state.rank());
  }
}
