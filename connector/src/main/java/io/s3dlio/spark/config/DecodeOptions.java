package io.s3dlio.spark.config;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The options of reads that look into objects. */
public final class DecodeOptions {
  public static final OptionKey<Decode> DECODE =
      OptionKeys.choice(
          "decode",
          Scope.READ,
          Decode.class,
          Decode.NONE,
          "What objects are read as: `npz`, `npy` and `hdf5` give a row for each array, `tfrecord` one"
              + " for each record; `auto` goes by how names end ([Typed reads](decode.md))."
              + " Order and limits of batches (`batchSize`, `dropLast`, `chunkBytes`,"
              + " `pool.batchTimeout`) are of objects as they are, and refused.");

  public static final OptionKey<Optional<List<String>>> ARRAYS =
      OptionKeys.optional(
          "arrays",
          Scope.READ,
          "names, by commas",
          DecodeOptions::names,
          "Of `npz` and `hdf5`: which arrays are rows, in this order: `x,y`. An object without one of"
              + " them is an error. Unset: all, in the object's order.");

  public static final OptionKey<Boolean> ROW_PER_SAMPLE =
      OptionKeys.flag(
          "rowPerSample",
          Scope.READ,
          false,
          "Of arrays: whether each sample is a row, with its number in `index`, instead of each"
              + " array.");

  public static final OptionKey<Optional<Integer>> SAMPLE_AXIS =
      OptionKeys.optional(
          "sampleAxis",
          Scope.READ,
          "-64 to 63",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, -64, 63)),
          "Of `rowPerSample`: the axis that numbers samples; -1 is the last. Default: the first axis"
              + " in `hdf5`; in `npy`, and of the array `x` in `npz`, the last, as DLIO has it; of other"
              + " arrays in `npz` the first.");

  public static final OptionKey<RecordType> RECORD_TYPE =
      new OptionKey<>(
          "recordType",
          Scope.READ,
          RecordType.NAMES,
          RecordType.EXAMPLE.toString(),
          "Of `tfrecord`: what records hold. `ByteArray` gives them as they are, in the column"
              + " `byteArray`.",
          RecordType::parse,
          Optional.empty());

  public static final OptionKey<Integer> INFER_RECORDS =
      OptionKeys.integer(
          "inferRecords",
          Scope.READ,
          1000,
          1,
          1_000_000,
          "Of `tfrecord` without a given schema: how many records its columns are inferred from, of"
              + " the first, the last and some objects between.");

  public static final OptionKey<Optional<Boolean>> VERIFY_CRC =
      OptionKeys.optional(
          "verifyCrc",
          Scope.READ,
          "true, false",
          OptionKeys::bool,
          "Whether the checksums in `tfrecord` and `npz` objects are compared. Of `npz` whole members"
              + " are read for that. Default: true for `tfrecord`, else false.");

  public static final OptionKey<RecordSplit> SPLIT =
      OptionKeys.choice(
          "split",
          Scope.READ,
          RecordSplit.class,
          RecordSplit.AUTO,
          "Of `tfrecord`: how a large object comes to several tasks. `auto`: by its index, or by"
              + " looking at the length of each record if the first has 64 KiB or more; `resync`: by"
              + " looking for what seems to be a record, which is wrong where records hold TFRecords;"
              + " `none`: never. Compressed objects never do.");

  public static final OptionKey<ParseMode> MODE =
      OptionKeys.choice(
          "mode",
          Scope.READ,
          ParseMode.class,
          ParseMode.FAILFAST,
          "Of `tfrecord`: what becomes of damaged records, and those that do not fit the columns."
              + " `failfast` fails; `dropmalformed` leaves them out and counts them; `permissive` makes"
              + " rows of nulls, with the record's bytes in `columnNameOfCorruptRecord`.");

  public static final OptionKey<String> COLUMN_NAME_OF_CORRUPT_RECORD =
      new OptionKey<>(
          "columnNameOfCorruptRecord",
          Scope.READ,
          "name",
          "_corrupt_record",
          "Of `mode=permissive`: the column of type BINARY, in a given schema if it is to be there,"
              + " that has the bytes of damaged records.",
          Function.identity(),
          Optional.of("spark.sql.columnNameOfCorruptRecord"));

  private static final List<OptionKey<?>> OF_ARRAYS = List.of(ROW_PER_SAMPLE, SAMPLE_AXIS);

  private static final List<OptionKey<?>> OF_RECORDS =
      List.of(RECORD_TYPE, INFER_RECORDS, SPLIT, MODE, COLUMN_NAME_OF_CORRUPT_RECORD);

  private static final List<OptionKey<?>> ALL =
      List.of(
          DECODE,
          ARRAYS,
          ROW_PER_SAMPLE,
          SAMPLE_AXIS,
          RECORD_TYPE,
          INFER_RECORDS,
          VERIFY_CRC,
          SPLIT,
          MODE,
          COLUMN_NAME_OF_CORRUPT_RECORD);

  private DecodeOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }

  /**
   * Returns whether a read looks into objects, as far as options tell that may be a write's too.
   *
   * @param options of the read or write, in any case
   * @param table of the table's definition, in lower case
   * @param session the session's settings
   */
  public static boolean isAsked(
      Map<String, String> options, Map<String, String> table, Map<String, String> session) {
    Map<String, String> given = new CaseInsensitiveStringMap(options);
    String setting = session.get(ResolvedOptions.SESSION_PREFIX + DECODE);
    String ofTable = table.getOrDefault(DECODE.name(), setting == null ? "none" : setting);
    return !given.getOrDefault(DECODE.name(), ofTable).equalsIgnoreCase("none");
  }

  /**
   * Refuses what means nothing for a format, once that is known.
   *
   * @param format not {@link Decode#AUTO}, unless it stands for several formats of arrays
   */
  public static void requireMeaning(ResolvedOptions options, Decode format) {
    boolean records = format == Decode.TFRECORD;
    boolean arrays = !records && format != Decode.NONE;
    String read = "the read has decode=" + OptionKeys.spelled(format);
    for (OptionKey<?> key : OF_ARRAYS) {
      requireOrNotSet(arrays, options, key, "it is of arrays, and " + read);
    }
    for (OptionKey<?> key : OF_RECORDS) {
      requireOrNotSet(records, options, key, "it is of tfrecord, and " + read);
    }
    boolean named = arrays && format != Decode.NPY;
    requireOrNotSet(named, options, ARRAYS, "it is of npz and hdf5, and " + read);
    boolean summed = records || format == Decode.NPZ || format == Decode.AUTO;
    requireOrNotSet(summed, options, VERIFY_CRC, "it is of tfrecord and npz, and " + read);
    requireOrNotSet(
        options.value(ROW_PER_SAMPLE),
        options,
        SAMPLE_AXIS,
        "it is of rowPerSample, which is not set");
    if (arrays || records) {
      String objects = "it is of objects as they are, and " + read;
      options.requireNotSet(ReadOptions.BATCH_SIZE, objects);
      options.requireNotSet(ReadOptions.DROP_LAST, objects);
      options.requireNotSet(ReadOptions.CHUNK_BYTES, objects);
      options.requireNotSet(PoolOptions.BATCH_TIMEOUT, objects);
    }
  }

  private static void requireOrNotSet(
      boolean meaningful, ResolvedOptions options, OptionKey<?> key, String reason) {
    if (!meaningful) {
      options.requireNotSet(key, reason);
    }
  }

  private static List<String> names(String text) {
    List<String> names = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    if (names.contains("") || new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("must be different names with commas between");
    }
    return names;
  }
}
