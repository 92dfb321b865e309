package io.s3dlio.spark.read;

import io.s3dlio.spark.config.NamePattern;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.Times;
import io.s3dlio.storage.ObjectInfo;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Which of the objects at a read's paths it has.
 *
 * @param names what their names match; empty for all
 * @param after they were last written after this, in microseconds since 1970; {@link
 *     Long#MIN_VALUE} for no bound
 * @param before they were last written before this; {@link Long#MAX_VALUE} for no bound
 */
record ObjectFilter(Optional<NamePattern> names, long after, long before) {
  static final ObjectFilter ALL =
      new ObjectFilter(Optional.empty(), Long.MIN_VALUE, Long.MAX_VALUE);

  static ObjectFilter of(ResolvedOptions options) {
    Optional<String> after = options.value(ReadOptions.MODIFIED_AFTER);
    Optional<String> before = options.value(ReadOptions.MODIFIED_BEFORE);
    if (after.isEmpty() && before.isEmpty() && !PartitionColumns.areAsked(options)) {
      options.requireNotSet(
          ReadOptions.TIME_ZONE,
          "it is that of modifiedAfter, modifiedBefore and directories, of which none is asked for");
    }
    ZoneId zone = options.value(ReadOptions.TIME_ZONE).orElseGet(ZoneId::systemDefault);
    return new ObjectFilter(
        options.value(ReadOptions.PATH_GLOB_FILTER),
        after.map(text -> Times.micros(text, zone)).orElse(Long.MIN_VALUE),
        before.map(text -> Times.micros(text, zone)).orElse(Long.MAX_VALUE));
  }

  boolean accepts(ObjectInfo object) {
    if (names.isPresent() && !names.get().matches(object.location().name())) {
      return false;
    }
    long time = ObjectTable.micros(object.lastModified());
    return time > after && time < before;
  }
}
