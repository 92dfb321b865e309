package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ColumnTypes;
import io.s3dlio.spark.config.PathPattern;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import java.io.Serializable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a read has from directories {@code name=value}, and where these count. Of {@code
 * s3://b/d/label=cat/day=7/1.jpg}, loaded from {@code s3://b/d/}, the label is {@code cat}.
 *
 * @param schema the columns
 * @param bases where directories count: below these
 * @param caseSensitive whether the case of a column's name matters
 * @param zone in which times are meant that tell none
 * @param discovered whether the directories were found when the read began. Then objects that lie
 *     in none are left out, as Spark's file sources do
 */
record PartitionColumns(
    StructType schema, List<Base> bases, boolean caseSensitive, String zone, boolean discovered)
    implements Serializable {
  /** No columns. */
  static final PartitionColumns NONE =
      new PartitionColumns(new StructType(), List.of(), false, "UTC", false);

  /** What the keys of a checkpoint's states tell. */
  private static final StructType CHECKPOINT =
      new StructType()
          .add("rank", DataTypes.IntegerType, false)
          .add("name", DataTypes.StringType, false);

  private static final String OF_CHECKPOINT = "the columns of a checkpoint's states are known";

  /** All of them travel to every task. */
  private static final int MOST_BASES = 1000;

  PartitionColumns {
    bases = List.copyOf(bases);
  }

  /**
   * A place below which directories count.
   *
   * @param uri a directory, with its slash
   * @param names how many names further down the place is, whatever they are
   */
  record Base(String uri, int names) implements Serializable {
    static Base of(Location prefix) {
      return new Base(prefix.asPrefix().toString(), 0);
    }

    /** Returns the directories on the way from here; none if a directory is not below. */
    private List<String> directories(String directory) {
      if (!directory.startsWith(uri) || directory.length() == uri.length()) {
        return List.of();
      }
      String[] below = directory.substring(uri.length(), directory.length() - 1).split("/", -1);
      return below.length <= names ? List.of() : Arrays.asList(below).subList(names, below.length);
    }

    /** Returns whether a directory that gives a column is on the way to an object. */
    private boolean hasPartition(String object) {
      if (!object.startsWith(uri)) {
        return false;
      }
      int from = uri.length();
      for (int i = 0; i < names && from > 0; i++) {
        from = object.indexOf('/', from) + 1;
      }
      int partition = object.indexOf('=', from);
      return from > 0 && partition >= 0 && partition < object.lastIndexOf('/');
    }
  }

  /**
   * Returns the columns that a read's options ask for. Lists directories unless they are named.
   *
   * @throws IllegalArgumentException if an option is malformed
   */
  static PartitionColumns of(List<Location> locations, ResolvedOptions options) {
    return of(locations, options, Stores::open);
  }

  static PartitionColumns of(
      List<Location> locations, ResolvedOptions options, Stores.Opener stores) {
    if (options.value(ReadOptions.CHECKPOINT).isPresent()) {
      return ofCheckpoint(locations, options);
    }
    if (!areAsked(options)) {
      return NONE;
    }
    Optional<Location> basePath = options.value(ReadOptions.BASE_PATH).map(Location::parse);
    boolean globs = options.value(ReadOptions.GLOB_PATHS);
    basePath.ifPresent(base -> requireAbove(base, locations, globs));
    Optional<StructType> named = options.value(ReadOptions.PARTITION_COLUMNS);
    boolean listed =
        options.value(ReadOptions.MANIFEST).isEmpty()
            && options.value(ReadOptions.NAME_TEMPLATE).isEmpty();
    if (named.isEmpty() && !listed) {
      options.requireNotSet(
          ReadOptions.BASE_PATH,
          "objects that are named and not listed are not looked at for columns; name these with"
              + " partitionColumns");
      return NONE;
    }
    String zone = options.value(ReadOptions.TIME_ZONE).orElseGet(ZoneId::systemDefault).getId();
    boolean caseSensitive = SQLConf.get().caseSensitiveAnalysis();
    StructType schema =
        named.orElseGet(
            () ->
                PartitionDirectories.columns(
                    locations, basePath, ReadPlan.list(locations, options, NONE), stores, zone));
    if (schema.isEmpty()) {
      return NONE;
    }
    return new PartitionColumns(
        schema,
        basePath.map(base -> List.of(Base.of(base))).orElseGet(() -> bases(locations, globs)),
        caseSensitive,
        zone,
        named.isEmpty());
  }

  /** The keys of states tell what they are, whoever has written them. */
  private static PartitionColumns ofCheckpoint(List<Location> locations, ResolvedOptions options) {
    options.requireNotSet(ReadOptions.BASE_PATH, OF_CHECKPOINT);
    options.requireNotSet(ReadOptions.PARTITION_COLUMNS, OF_CHECKPOINT);
    return new PartitionColumns(
        CHECKPOINT, locations.stream().map(Base::of).toList(), true, "UTC", false);
  }

  /** Returns whether a read may have such columns. */
  static boolean areAsked(ResolvedOptions options) {
    return options.value(ReadOptions.PARTITION_COLUMNS).isPresent()
        || options.value(ReadOptions.BASE_PATH).isPresent()
        || !options.value(ReadOptions.RECURSIVE_FILE_LOOKUP);
  }

  private static void requireAbove(Location base, List<Location> locations, boolean globs) {
    for (Location location : locations) {
      for (Location path : plain(location, globs)) {
        boolean above =
            path.scheme().equals(base.scheme())
                && path.container().equals(base.container())
                && path.asPrefix().key().startsWith(base.asPrefix().key());
        if (!above) {
          throw new IllegalArgumentException(
              "Invalid basePath: '%s' (the path %s is not below it)".formatted(base, location));
        }
      }
    }
  }

  private static List<Location> plain(Location location, boolean globs) {
    return globs && PathPattern.isPattern(location)
        ? PathPattern.expand(location).stream().map(PathPattern::plain).toList()
        : List.of(location);
  }

  private static List<Base> bases(List<Location> locations, boolean globs) {
    List<Base> bases = new ArrayList<>();
    for (Location location : locations) {
      if (globs && PathPattern.isPattern(location)) {
        for (PathPattern pattern : PathPattern.expand(location)) {
          long names = pattern.names().stream().filter(name -> !name.toString().isEmpty()).count();
          bases.add(new Base(pattern.plain().asPrefix().toString(), Math.toIntExact(names)));
        }
      } else {
        bases.add(Base.of(location));
      }
    }
    if (bases.size() > MOST_BASES) {
      throw new IllegalArgumentException(
          "Invalid path: there are %d, and directories give columns below %d at most; set basePath to"
                  .formatted(bases.size(), MOST_BASES)
              + " a path above them all");
    }
    return bases;
  }

  /**
   * Checks that these are columns, and others than a row has besides.
   *
   * @throws IllegalArgumentException if not
   */
  void requireApart(Decoding decoding) {
    Set<String> taken = new HashSet<>();
    Stream.concat(
            Arrays.stream(decoding.columns().fieldNames()),
            Arrays.stream(decoding.hidden()).map(MetadataColumn::name))
        .forEach(name -> taken.add(caseSensitive ? name : name.toLowerCase(Locale.ROOT)));
    for (StructField column : schema.fields()) {
      String name = column.name();
      if (!ColumnTypes.areKnown(column.dataType())) {
        throw new IllegalArgumentException(
            "Cannot read directories %s=... as a column of type %s (name the columns with"
                    .formatted(name, column.dataType().sql())
                + " option(\"partitionColumns\", \"%s string\"))".formatted(name));
      }
      if (!taken.add(caseSensitive ? name : name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "Invalid partition column: '%s' (there is a column of that name)".formatted(name));
      }
    }
  }

  /** Returns whether directories give no column. */
  boolean isEmpty() {
    return schema.isEmpty();
  }

  /** Returns the place of a column among these; -1 if it is none. */
  int indexOf(String column) {
    return Arrays.asList(schema.fieldNames()).indexOf(column);
  }

  /** Returns whether a directory's name is that of a column. */
  boolean isNamed(String directoryName, String column) {
    return caseSensitive ? directoryName.equals(column) : directoryName.equalsIgnoreCase(column);
  }

  /**
   * Returns the directories that count on the way to one, itself included.
   *
   * @param directory the directory as text, with its slash
   */
  List<String> directories(String directory) {
    List<String> most = List.of();
    for (Base base : bases) {
      List<String> directories = base.directories(directory);
      if (directories.size() > most.size()) {
        most = directories;
      }
    }
    return most;
  }

  /** Returns whether the read has an object, as far as its directories tell. */
  boolean have(Location object) {
    if (!discovered) {
      return true;
    }
    String uri = object.toString();
    return bases.stream().anyMatch(base -> base.hasPartition(uri));
  }
}
