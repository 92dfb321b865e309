package io.s3dlio.storage;

import java.util.Map;

/** Some objects of a batch could not be deleted; the others are gone. */
public final class BatchDeleteException extends StorageException {
  private static final long serialVersionUID = 1L;

  private final transient Map<Location, StorageException> failures;

  /**
   * @param failures each object that is still there and why; not empty
   */
  public BatchDeleteException(Map<Location, StorageException> failures) {
    super(summary(failures), failures.values().iterator().next());
    this.failures = Map.copyOf(failures);
    failures.values().stream().skip(1).limit(9).forEach(this::addSuppressed);
  }

  /** Returns each object that is still there and why. */
  public Map<Location, StorageException> failures() {
    return failures;
  }

  private static Failure summary(Map<Location, StorageException> failures) {
    Map.Entry<Location, StorageException> first = failures.entrySet().iterator().next();
    return Failure.of(
        "delete",
        first.getKey(),
        failures.size() == 1
            ? first.getValue().failure().reason()
            : "%s; %d more objects failed"
                .formatted(first.getValue().failure().reason(), failures.size() - 1));
  }
}
