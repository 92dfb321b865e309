package io.s3dlio.spark.read;

import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The splits of a read, planned once. Equal to another batch of an equal selection, so that Spark
 * can do once what a query asks for twice.
 */
final class S3dlioBatch implements Batch {
  private static final Logger LOG = LoggerFactory.getLogger(S3dlioBatch.class);

  /** Where Spark's own rows end, less ample room for the other columns of a row. */
  static final long MAX_ROW_BYTES = 2147483632L - 16384;

  private final Selection selection;
  private final Filters runtime;
  private final ReadPlans plans;
  private volatile InputPartition @Nullable [] splits;

  /**
   * @param runtime what else has to be true of an object, found out when the query ran
   */
  S3dlioBatch(Selection selection, Filters runtime, ReadPlans plans) {
    this.selection = selection;
    this.runtime = runtime;
    this.plans = plans;
  }

  /** Lists, if nobody has yet. */
  @Override
  public InputPartition[] planInputPartitions() {
    InputPartition[] planned = splits;
    if (planned == null) {
      planned = planSplits().toArray(new InputPartition[0]);
      splits = planned;
    }
    return planned;
  }

  private List<S3dlioInputPartition> planSplits() {
    ObjectIndex index = runtime.of(selection.objects());
    ReadPlan plan = plan();
    if (!plan.reader().decoding().looksInside()
        && plan.splits().content()
        && plan.splits().chunkBytes() > MAX_ROW_BYTES) {
      requireRowsFit(index);
    }
    List<S3dlioInputPartition> result =
        plan.reader().decoding() instanceof RecordDecoding records
            ? cut(index, plan, records)
            : SplitPlanner.plan(index, plan.splits());
    LOG.info(
        "Read {} objects of {} bytes below {} in {} splits as {}{}",
        index.objects(),
        index.bytes(),
        selection.locations().get(0),
        result.size(),
        plan.columnar() ? "columnar batches" : "rows",
        plan.order());
    return result;
  }

  /** Follows all objects of the query, not what a filter of the run leaves of them. */
  private ReadPlan plan() {
    return plans.of(selection::objects);
  }

  private static List<S3dlioInputPartition> cut(
      ObjectIndex all, ReadPlan plan, RecordDecoding records) {
    SplitRule rule = plan.splits();
    long maxBytes = rule.maxSplitBytes(all.bytes(), all.objects());
    RecordCuts cuts = new RecordCuts(records, plan.reader(), maxBytes);
    List<S3dlioInputPartition> whole = SplitPlanner.plan(cuts.withoutIndexes(all), rule);
    // A limit on splits has made them as large as they are.
    return rule.maxPartitions().isPresent() ? whole : cuts.cut(whole);
  }

  private static void requireRowsFit(ObjectIndex index) {
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        if (table.length(i) > MAX_ROW_BYTES) {
          throw new IllegalArgumentException(
              ("Cannot read %s: it has %d bytes and a row holds %d at most. Set"
                      + " option(\"chunkBytes\", \"64mb\") to read it as several rows")
                  .formatted(table.location(i), table.length(i), MAX_ROW_BYTES));
        }
      }
    }
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    ReadPlan plan = plan();
    return new S3dlioReaderFactory(plan.reader(), plan.columnar());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof S3dlioBatch batch
        && selection.equals(batch.selection)
        && runtime.equals(batch.runtime);
  }

  @Override
  public int hashCode() {
    return Objects.hash(selection, runtime);
  }
}
