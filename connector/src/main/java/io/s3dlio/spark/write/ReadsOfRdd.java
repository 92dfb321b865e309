package io.s3dlio.spark.write;

import io.s3dlio.spark.config.SplitLocation;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.execution.datasources.FilePartition;
import org.apache.spark.sql.execution.datasources.FileScanRDD;
import org.apache.spark.sql.execution.datasources.PartitionedFile;
import org.apache.spark.sql.execution.datasources.v2.DataSourceRDD;
import scala.collection.IterableOnce;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What an RDD is made of, by its lineage: splits of this source and of Spark's file sources. What
 * was checkpointed has no lineage any more and reads nothing.
 */
final class ReadsOfRdd {
  private final Set<RDD<?>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> directories = new TreeSet<>();

  private ReadsOfRdd() {}

  /** Returns the directories of what is read. */
  static Set<String> directories(RDD<?> rdd) {
    ReadsOfRdd reads = new ReadsOfRdd();
    reads.walk(rdd);
    return reads.directories;
  }

  private void walk(RDD<?> start) {
    Deque<RDD<?>> next = new ArrayDeque<>(Set.of(start));
    while (!next.isEmpty()) {
      RDD<?> rdd = next.remove();
      if (seen.add(rdd)) {
        addReads(rdd);
        for (Dependency<?> dependency : CollectionConverters.asJava(rdd.dependencies())) {
          next.add(dependency.rdd());
        }
      }
    }
  }

  private void addReads(RDD<?> rdd) {
    if (rdd instanceof FileScanRDD files) {
      CollectionConverters.asJava(files.filePartitions()).forEach(this::addFiles);
    } else if (rdd instanceof DataSourceRDD source) {
      for (Partition partition : source.partitions()) {
        CollectionConverters.asJava(splits(partition).iterator()).forEachRemaining(this::addSplit);
      }
    }
  }

  /** A partition of Spark has one split of a source or several, as its version has it. */
  private static IterableOnce<?> splits(Partition partition) {
    for (String accessor : new String[] {"inputPartition", "inputPartitions"}) {
      try {
        return (IterableOnce<?>) partition.getClass().getMethod(accessor).invoke(partition);
      } catch (NoSuchMethodException e) {
        // The other one, then.
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalStateException(
        "Cannot overwrite: what an RDD of this version of Spark reads is unknown");
  }

  private void addSplit(Object split) {
    if (split instanceof SplitLocation ours) {
      String prefix = ours.commonPrefix().toString();
      directories.add(prefix.substring(0, prefix.lastIndexOf('/') + 1));
    } else if (split instanceof FilePartition files) {
      addFiles(files);
    }
  }

  private void addFiles(FilePartition partition) {
    for (PartitionedFile file : partition.files()) {
      Path directory = file.filePath().toPath().getParent();
      if (directory != null) {
        directories.add(directory.toString());
      }
    }
  }
}
