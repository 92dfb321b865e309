package io.s3dlio.storage.file;

import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Names of files that are being written: {@code .s3dlio-<writerId>-<unique>.tmp}. */
final class TempNames {
  private static final String PREFIX = ".s3dlio-";
  private static final String UUID_PATTERN =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(PREFIX) + "[A-Za-z0-9-]{1,64}-" + UUID_PATTERN + "\\.tmp");

  private TempNames() {}

  static String create(String writerId) {
    return PREFIX + writerId + "-" + UUID.randomUUID() + ".tmp";
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
