package io.s3dlio.storage.file;

import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Names of files that are no objects: of those that are being written, {@code
 * .s3dlio-<writerId>-<unique>.tmp}, and of those that are locked while an object is replaced on a
 * condition.
 */
final class TempNames {
  /** Of the file that a directory's writers lock in turns; no temporary file is called so. */
  static final String LOCK = ".s3dlio-lock";

  private static final String PREFIX = ".s3dlio-";
  private static final String UUID_PATTERN =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(PREFIX) + "[A-Za-z0-9-]{1,64}-" + UUID_PATTERN + "\\.tmp");

  private TempNames() {}

  static String create(String writerId) {
    return PREFIX + writerId + "-" + UUID.randomUUID() + ".tmp";
  }

  /** Returns whether a name is no object's. */
  static boolean isKept(String name) {
    return name.equals(LOCK) || isTemp(name);
  }

  static boolean isTemp(String name) {
    return name.startsWith(PREFIX) && NAME.matcher(name).matches();
  }

  /**
   * Returns whether a name is a temporary one of this writer, and not of one whose id is longer.
   */
  static Predicate<String> of(String writerId) {
    return Pattern.compile(
            Pattern.quote(PREFIX + writerId + "-") + UUID_PATTERN + Pattern.quote(".tmp"))
        .asMatchPredicate();
  }
}
