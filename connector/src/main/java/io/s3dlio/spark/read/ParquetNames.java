package io.s3dlio.spark.read;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.manifest.ObjectNames;
import io.s3dlio.storage.stream.StoreInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list of objects in Parquet: the columns {@code path}, {@code length}, {@code etag} and
 * {@code modificationTime}, of which only the first is needed; others are not read. Not
 * thread-safe.
 */
final class ParquetNames implements Closeable {
  private static final String PATH = "path";
  private static final String LENGTH = "length";
  private static final String ETAG = "etag";
  private static final String TIME = "modificationtime";

  private static final long EPOCH_JULIAN_DAY = 2_440_588;

  private final Location location;
  private final Map<String, Integer> columns;
  private final MessageType schema;
  private final ParquetReader<Group> rows;
  private long row;

  private ParquetNames(
      Location location,
      Map<String, Integer> columns,
      MessageType schema,
      ParquetReader<Group> rows) {
    this.location = location;
    this.columns = columns;
    this.schema = schema;
    this.rows = rows;
  }

  /**
   * @throws CorruptException if it is no such list
   */
  static ParquetNames open(ObjectStore store, ObjectInfo list) throws IOException {
    InputFile file = new StoreFile(store, list);
    try {
      MessageType schema;
      try (ParquetFileReader reader = ParquetFileReader.open(file)) {
        schema = reader.getFileMetaData().getSchema();
      }
      Map<String, Integer> columns = new LinkedHashMap<>();
      List<Type> known =
          schema.getFields().stream().filter(field -> isKnown(lower(field.getName()))).toList();
      for (Type field : known) {
        requireType(field);
        if (columns.put(lower(field.getName()), columns.size()) != null) {
          throw new IllegalArgumentException(
              "it has the column '%s' twice".formatted(field.getName()));
        }
      }
      if (!columns.containsKey(PATH)) {
        throw new IllegalArgumentException("it has no column 'path'");
      }
      MessageType wanted = new MessageType(schema.getName(), known);
      ParquetReader<Group> rows =
          new Rows(file).set(ReadSupport.PARQUET_READ_SCHEMA, wanted.toString()).build();
      return new ParquetNames(list.location(), columns, wanted, rows);
    } catch (StorageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw corrupt(list.location(), "it is no list of objects in Parquet: " + e.getMessage(), e);
    }
  }

  private static boolean isKnown(String name) {
    return List.of(PATH, LENGTH, ETAG, TIME).contains(name);
  }

  private static void requireType(Type field) {
    boolean right =
        field.isPrimitive()
            && !field.isRepetition(Type.Repetition.REPEATED)
            && isRight(lower(field.getName()), field.asPrimitiveType());
    if (!right) {
      throw new IllegalArgumentException(
          "the column '%s' is %s (path and etag are strings, length is a number of 32 or 64 bits,"
                  .formatted(field.getName(), field)
              + " modificationTime is a timestamp)");
    }
  }

  private static boolean isRight(String name, PrimitiveType type) {
    PrimitiveTypeName physical = type.getPrimitiveTypeName();
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    return switch (name) {
      case LENGTH ->
          (physical == PrimitiveTypeName.INT64 || physical == PrimitiveTypeName.INT32)
              && (logical == null
                  || logical instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation);
      case TIME ->
          physical == PrimitiveTypeName.INT96 || logical instanceof TimestampLogicalTypeAnnotation;
      default -> physical == PrimitiveTypeName.BINARY;
    };
  }

  /**
   * Returns the next object, with the number of its row from 1; nothing after the last.
   *
   * @throws CorruptException if a row is malformed
   */
  Optional<ObjectNames.Name> next() throws IOException {
    row++;
    try {
      Group group = rows.read();
      return group == null ? Optional.empty() : Optional.of(name(group));
    } catch (StorageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw corrupt(location, "row %d is malformed: %s".formatted(row, e.getMessage()), e);
    }
  }

  private ObjectNames.Name name(Group group) {
    @Nullable Integer path = present(group, PATH);
    @Nullable Integer length = present(group, LENGTH);
    @Nullable Integer etag = present(group, ETAG);
    @Nullable Integer time = present(group, TIME);
    if (path == null) {
      throw new IllegalArgumentException("it has no path");
    }
    return new ObjectNames.Name(
        row,
        group.getString(path, 0),
        length == null ? OptionalLong.empty() : OptionalLong.of(length(group, length)),
        etag == null ? "" : group.getString(etag, 0),
        time == null ? Optional.empty() : Optional.of(time(group, time)));
  }

  /** Returns the place of a column's value; null if there is none. */
  private @Nullable Integer present(Group group, String column) {
    Integer place = columns.get(column);
    return place == null || group.getFieldRepetitionCount(place) == 0 ? null : place;
  }

  private long length(Group group, int column) {
    boolean wide = physical(column) == PrimitiveTypeName.INT64;
    long length = wide ? group.getLong(column, 0) : group.getInteger(column, 0);
    if (length < 0) {
      throw new IllegalArgumentException("the length %d is negative".formatted(length));
    }
    return length;
  }

  private Instant time(Group group, int column) {
    if (physical(column) == PrimitiveTypeName.INT96) {
      // As Spark writes it by default: the day and the nanoseconds in it.
      NanoTime time = NanoTime.fromBinary(group.getInt96(column, 0));
      return Instant.EPOCH
          .plus(time.getJulianDay() - EPOCH_JULIAN_DAY, ChronoUnit.DAYS)
          .plusNanos(time.getTimeOfDayNanos());
    }
    TimestampLogicalTypeAnnotation type =
        (TimestampLogicalTypeAnnotation)
            schema.getType(column).asPrimitiveType().getLogicalTypeAnnotation();
    return Instant.EPOCH.plus(
        group.getLong(column, 0),
        switch (type.getUnit()) {
          case MILLIS -> ChronoUnit.MILLIS;
          case MICROS -> ChronoUnit.MICROS;
          case NANOS -> ChronoUnit.NANOS;
        });
  }

  private PrimitiveTypeName physical(int column) {
    return schema.getType(column).asPrimitiveType().getPrimitiveTypeName();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static CorruptException corrupt(Location location, String reason, Exception cause) {
    return new CorruptException(Failure.of("read", location, reason), cause);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }

  private static final class Rows extends ParquetReader.Builder<Group> {
    Rows(InputFile file) {
      super(file);
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }

  /** One version of an object, as Parquet's library reads it. */
  private record StoreFile(ObjectStore store, ObjectInfo object) implements InputFile {
    @Override
    public long getLength() {
      return object.length();
    }

    @Override
    public SeekableInputStream newStream() {
      StoreInputStream stream = new StoreInputStream(store, object);
      return new DelegatingSeekableInputStream(stream) {
        @Override
        public long getPos() {
          return stream.position();
        }

        @Override
        public void seek(long position) {
          stream.seek(position);
        }
      };
    }

    @Override
    public String toString() {
      return object.location().toString();
    }
  }
}
