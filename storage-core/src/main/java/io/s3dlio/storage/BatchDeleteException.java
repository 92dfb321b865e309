package io.s3dlio.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Some objects of a batch could not be deleted; the others are gone. */
public final class BatchDeleteException extends StorageException {
  private static final long serialVersionUID = 1L;

  private static final int MAX_SUPPRESSED = 9;

  private final LinkedHashMap<Location, StorageException> failures;

  /**
   * @param failures each object that is still there and why; not empty
   */
  public BatchDeleteException(Map<Location, StorageException> failures) {
    this(summary(failures), failures.values().iterator().next(), failures);
    failures.values().stream().skip(1).limit(MAX_SUPPRESSED).forEach(this::addSuppressed);
  }

  private BatchDeleteException(
      Failure failure, @Nullable Throwable cause, Map<Location, StorageException> failures) {
    super(failure, cause);
    this.failures = new LinkedHashMap<>(failures);
  }

  /** Returns each object that is still there and why, in the order in which they were tried. */
  public Map<Location, StorageException> failures() {
    return Collections.unmodifiableMap(failures);
  }

  @Override
  protected StorageException copy(Failure other, @Nullable Throwable cause) {
    return new BatchDeleteException(other, cause, failures);
  }

  private static Failure summary(Map<Location, StorageException> failures) {
    if (failures.isEmpty()) {
      throw new IllegalArgumentException("Invalid failures: empty (must hold at least one)");
    }
    Map.Entry<Location, StorageException> first = failures.entrySet().iterator().next();
    Failure failure = first.getValue().failure();
    String reason =
        failures.size() == 1
            ? failure.reason()
            : "%s; %d more objects failed".formatted(failure.reason(), failures.size() - 1);
    return Failure.of("delete", first.getKey(), reason).withRemedy(failure.remedy());
  }
}
