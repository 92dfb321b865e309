package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.loader.Permutation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order of all objects of a read across its splits, and the batches that they are in, before
 * any filter of a query: so a filter changes neither.
 *
 * @param shuffle whether the order is random, or else the listing's
 * @param seed determines the random order, together with the epoch
 * @param batchRows how many rows are a batch; 0 if batches do not count
 * @param dropLast whether the last batch is left out if it is not full
 */
record GlobalOrder(boolean shuffle, long seed, long epoch, int batchRows, boolean dropLast) {
  static final GlobalOrder LISTED = new GlobalOrder(false, 0, 0, 0, false);

  static GlobalOrder of(ResolvedOptions options) {
    boolean shuffle = options.value(ReadOptions.SHUFFLE);
    int batchRows = options.value(ReadOptions.BATCH_SIZE).orElse(0);
    boolean dropLast = options.value(ReadOptions.DROP_LAST);
    if (!shuffle) {
      options.requireNotSet(ReadOptions.SEED, "it is that of shuffle, which is not set");
      options.requireNotSet(ReadOptions.EPOCH, "it is that of shuffle, which is not set");
    }
    if (dropLast && batchRows == 0) {
      throw new IllegalArgumentException(
          "Invalid dropLast: 'true' (there is a last batch only where batchSize is set)");
    }
    if (dropLast && options.value(ReadOptions.CHUNK_BYTES).isPresent()) {
      throw new IllegalArgumentException(
          "Invalid dropLast: 'true' (it leaves out whole objects, and with chunkBytes the last batch"
              + " may begin within one)");
    }
    return new GlobalOrder(
        shuffle,
        shuffle ? options.value(ReadOptions.SEED).orElseThrow() : 0,
        shuffle ? options.value(ReadOptions.EPOCH) : 0,
        batchRows,
        dropLast);
  }

  /** Returns whether objects come as they are listed, and nobody counts them. */
  boolean isListed() {
    return equals(LISTED);
  }

  /**
   * Returns the objects in their order, those of a batch in one table.
   *
   * @param rule how objects become rows
   * @throws IllegalArgumentException if they are in several containers
   */
  ObjectIndex of(ObjectIndex index, SplitRule rule) {
    if (isListed() || index.objects() == 0) {
      return index;
    }
    int objects = Math.toIntExact(index.objects());
    int @Nullable [] order = shuffle ? Permutation.of(objects, seed, epoch) : null;
    int kept = dropLast ? objects - objects % batchRows : objects;
    int[] starts = starts(index.tables());
    Location prefix = commonPrefix(index.tables());
    List<ObjectTable> tables = new ArrayList<>();
    ObjectTable.Builder table = new ObjectTable.Builder(prefix, batchRows > 0);
    long row = 0;
    for (int i = 0; i < kept; i++) {
      int place = order == null ? i : order[i];
      int found = Arrays.binarySearch(starts, place);
      int at = found >= 0 ? found : -found - 2;
      ObjectTable from = index.tables().get(at);
      if (table.isFull() && (batchRows == 0 || row % batchRows == 0)) {
        tables.add(table.build());
        table = new ObjectTable.Builder(prefix, batchRows > 0);
      }
      table.add(from, place - starts[at], row);
      row += rule.rows(from.length(place - starts[at]));
    }
    tables.add(table.build());
    return ObjectIndex.of(tables.stream().filter(each -> each.size() > 0).toList());
  }

  /** Returns the place of each table's first object. None of the tables is empty. */
  private static int[] starts(List<ObjectTable> tables) {
    int[] starts = new int[tables.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + tables.get(i - 1).size();
    }
    return starts;
  }

  private Location commonPrefix(List<ObjectTable> tables) {
    Location common = tables.get(0).prefix();
    for (ObjectTable table : tables) {
      Location prefix = table.prefix();
      if (!prefix.withKey("").equals(common.withKey(""))) {
        throw new IllegalArgumentException(
            "Invalid option: '%s' (the objects are in %s and in %s, and a split reads one; load each by itself)"
                .formatted(
                    shuffle ? ReadOptions.SHUFFLE : ReadOptions.BATCH_SIZE,
                    common.withKey(""),
                    prefix.withKey("")));
      }
      String start = NamedPaths.commonStart(common.key(), prefix.key());
      common = common.withKey(start.substring(0, start.lastIndexOf('/') + 1));
    }
    return common;
  }

  @Override
  public String toString() {
    String shuffled = shuffle ? ", shuffled by seed %d, epoch %d".formatted(seed, epoch) : "";
    String batches = batchRows > 0 ? ", batches of %d rows".formatted(batchRows) : "";
    return shuffled + batches + (dropLast ? " without the last if not full" : "");
  }
}
