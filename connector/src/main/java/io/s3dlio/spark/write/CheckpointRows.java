package io.s3dlio.spark.write;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.checkpoint.CheckpointLayout;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are the states of one checkpoint.
 *
 * @param rank null where all are of rank 0
 * @param step which step the checkpoint is of; empty for the one after the latest
 */
record CheckpointRows(
    Column name,
    Column content,
    @Nullable Column rank,
    @Nullable Long step,
    CheckpointLayout layout)
    implements RowShape {
  private static final String NAME = "name";
  private static final String CONTENT = "content";
  private static final String RANK = "rank";

  private static final Set<OptionKey<?>> MEANINGFUL =
      Set.of(
          WriteOptions.CHECKPOINT,
          WriteOptions.CHECKPOINT_LAYOUT,
          WriteOptions.ON_EXISTING,
          WriteOptions.MAX_CONCURRENCY,
          WriteOptions.PART_SIZE);

  static CheckpointRows of(
      RowShape.Columns columns, List<String> partitionColumns, ResolvedOptions options) {
    columns.requireOnly(Set.of(NAME, CONTENT, RANK));
    Column name = columns.string(NAME);
    Column content = columns.binary(CONTENT);
    if (name == null || content == null) {
      throw RowShape.Columns.refused("a checkpoint's states need the columns 'name' and 'content'");
    }
    if (!partitionColumns.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot partition by %s: the rows are the states of a checkpoint"
              .formatted(String.join(", ", partitionColumns)));
    }
    RowShape.requireOnly(
        MEANINGFUL, "it means nothing here; the rows are the states of a checkpoint", options);
    if (options.value(WriteOptions.ON_EXISTING) == OnExisting.SKIP) {
      throw new IllegalArgumentException(
          "Invalid onExisting: 'skip' (a step has one checkpoint; use error or overwrite)");
    }
    OptionalLong step = options.value(WriteOptions.CHECKPOINT).orElseThrow().step();
    return new CheckpointRows(
        name,
        content,
        columns.integer(RANK),
        step.isPresent() ? (Long) step.getAsLong() : null,
        options.value(WriteOptions.CHECKPOINT_LAYOUT));
  }

  @Override
  public String describe() {
    return step == null ? "the next checkpoint" : "checkpoint " + step;
  }

  @Override
  public boolean mayName(String object) {
    return false;
  }

  /**
   * Returns what a row's state is called.
   *
   * @throws IllegalArgumentException if that is null
   */
  String name(InternalRow row) {
    if (name.isNull(row)) {
      throw new IllegalArgumentException("Cannot save a row: its name is null");
    }
    return name.text(row);
  }

  /**
   * Returns which rank a row's state is of.
   *
   * @throws IllegalArgumentException if that is null or can be none
   */
  int rank(InternalRow row) {
    if (rank == null) {
      return 0;
    }
    long value = rank.isNull(row) ? -1 : rank.integer(row);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Cannot save the state '%s': its rank is %s (0 or more)"
              .formatted(name(row), rank.isNull(row) ? "null" : value));
    }
    return (int) value;
  }

  /**
   * Returns a state's bytes, which the row may use again.
   *
   * @throws IllegalArgumentException if they are null
   */
  byte[] content(InternalRow row) {
    if (content.isNull(row)) {
      throw new IllegalArgumentException(
          "Cannot save the state '%s': its content is null".formatted(name(row)));
    }
    return content.binary(row);
  }
}
