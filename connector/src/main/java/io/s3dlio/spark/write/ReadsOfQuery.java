package io.s3dlio.spark.write;

import io.s3dlio.spark.config.LoadPaths;
import io.s3dlio.spark.config.PathPattern;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.storage.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.execution.ExternalRDD;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SQLExecution;
import org.apache.spark.sql.execution.datasources.FileIndex;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.execution.datasources.v2.FileTable;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the query reads whose rows are being written: the paths of this source and of Spark's file
 * sources, in the whole plan with its subqueries and in the lineage of its RDDs. What else an RDD
 * reads, and what a user's function does, is not seen.
 */
final class ReadsOfQuery {
  private ReadsOfQuery() {}

  /**
   * Fails if the query that this thread runs reads at or around the prefix that it overwrites.
   *
   * @throws IllegalArgumentException naming both
   */
  static void requireApartFrom(Location target) {
    LogicalPlan plan = runningQuery(target).analyzed();
    for (PathPattern read : reads(plan)) {
      if (overlap(read, target)) {
        throw new IllegalArgumentException(
            "Cannot overwrite %s: the rows come from %s, which it would delete while it is read."
                    .formatted(target, read.plain())
                + " Write to another path, or read from a copy");
      }
    }
  }

  private static QueryExecution runningQuery(Location target) {
    String id =
        SparkSession.active().sparkContext().getLocalProperty(SQLExecution.EXECUTION_ID_KEY());
    QueryExecution query = id == null ? null : SQLExecution.getQueryExecution(Long.parseLong(id));
    if (query == null) {
      throw new IllegalStateException(
          "Cannot overwrite %s: Spark does not tell which query is written, so whether it reads"
                  .formatted(target)
              + " there is unknown");
    }
    return query;
  }

  private static List<PathPattern> reads(LogicalPlan plan) {
    List<PathPattern> reads = new ArrayList<>(leafReads(plan));
    for (LogicalPlan subquery : asJava(plan.subqueriesAll())) {
      reads.addAll(leafReads(subquery));
    }
    return reads;
  }

  private static List<PathPattern> leafReads(LogicalPlan plan) {
    List<String> paths = new ArrayList<>();
    List<PathPattern> patterns = new ArrayList<>();
    for (LogicalPlan leaf : asJava(plan.collectLeaves())) {
      if (leaf instanceof LogicalRelation relation
          && relation.relation() instanceof HadoopFsRelation files) {
        paths.addAll(roots(files.location()));
      } else if (leaf instanceof DataSourceV2Relation relation) {
        if (relation.table() instanceof FileTable files) {
          paths.addAll(roots(files.fileIndex()));
        } else if (relation.options().getBoolean(ReadOptions.GLOB_PATHS.name(), true)) {
          texts(relation).stream()
              .flatMap(path -> location(path).stream())
              .forEach(path -> patterns.addAll(patterns(path)));
        } else {
          paths.addAll(texts(relation));
        }
      } else if (leaf instanceof LogicalRDD relation) {
        paths.addAll(ReadsOfRdd.directories(relation.rdd()));
      } else if (leaf instanceof ExternalRDD<?> relation) {
        paths.addAll(ReadsOfRdd.directories(relation.rdd()));
      }
    }
    paths.stream()
        .flatMap(path -> location(path).stream())
        .forEach(path -> patterns.add(new PathPattern(path, List.of())));
    return patterns;
  }

  /** A table of a catalog has its path among its properties. */
  private static List<String> texts(DataSourceV2Relation relation) {
    List<String> texts = new ArrayList<>(LoadPaths.texts(relation.options()));
    Optional.ofNullable(relation.table().properties().get(TableCatalog.PROP_LOCATION))
        .ifPresent(texts::add);
    return texts;
  }

  /** Another source may take a path as it is that is no glob. */
  private static List<PathPattern> patterns(Location path) {
    try {
      return PathPattern.expand(path);
    } catch (IllegalArgumentException e) {
      return List.of(new PathPattern(path, List.of()));
    }
  }

  private static List<String> roots(FileIndex index) {
    return asJava(index.rootPaths()).stream().map(Object::toString).toList();
  }

  /** Returns the location that a path of any source names, if it is in a store of ours. */
  private static Optional<Location> location(String path) {
    try {
      return Optional.of(Location.parse(path));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean overlap(PathPattern read, Location target) {
    return overlap(read.plain(), target) && read.mayHold(namesBelow(read.plain(), target));
  }

  /** Returns the names that lead from a directory to a location; none if it is not below. */
  private static List<String> namesBelow(Location directory, Location location) {
    if (directory.isLocal()) {
      Path from = real(directory);
      Path to = real(location);
      List<String> names = new ArrayList<>();
      if (to.startsWith(from) && to.getNameCount() > from.getNameCount()) {
        to.subpath(from.getNameCount(), to.getNameCount())
            .forEach(name -> names.add(name.toString()));
      }
      return names;
    }
    String from = directory.asPrefix().key();
    String to = location.key();
    return to.startsWith(from) && to.length() > from.length()
        ? List.of(to.substring(from.length()).split("/"))
        : List.of();
  }

  private static boolean overlap(Location left, Location right) {
    if (left.isLocal() && right.isLocal()) {
      Path first = real(left);
      Path second = real(right);
      return first.startsWith(second) || second.startsWith(first);
    }
    String first = left.asPrefix().key();
    String second = right.asPrefix().key();
    return left.scheme().equals(right.scheme())
        && left.container().equals(right.container())
        && (first.startsWith(second) || second.startsWith(first));
  }

  /** Returns a local path with the symbolic links resolved in the part of it that exists. */
  private static Path real(Location location) {
    Path path = Path.of("/" + location.key()).normalize();
    for (Path existing = path; existing != null; existing = existing.getParent()) {
      if (Files.exists(existing)) {
        try {
          return existing.toRealPath().resolve(existing.relativize(path));
        } catch (IOException e) {
          throw new UncheckedIOException(e.getMessage(), e);
        }
      }
    }
    return path;
  }

  private static <T> List<T> asJava(Seq<T> seq) {
    return CollectionConverters.asJava(seq);
  }
}
