package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class S3dlioInputPartitionTest {
  @Test
  void arrivesAsItLeft() throws Exception {
    ObjectTable table = Splits.table(10, 0, 300, 7);
    SplitRule rule = new SplitRule(true, 64, 128, 0, 1, OptionalInt.empty(), Optional.empty());

    for (S3dlioInputPartition split : SplitPlanner.plan(ObjectIndex.of(List.of(table)), rule)) {
      S3dlioInputPartition arrived =
          (S3dlioInputPartition) Splits.deserialized(Splits.serialized(split));

      assertThat(Splits.rows(arrived)).isEqualTo(Splits.rows(split)).isNotEmpty();
      RowCursor left = split.rows();
      RowCursor right = arrived.rows();
      while (left.next() && right.next()) {
        ObjectTable there = arrived.objects();
        assertThat(there.location(right.object())).isEqualTo(table.location(left.object()));
        assertThat(there.length(right.object())).isEqualTo(table.length(left.object()));
        assertThat(there.modified(right.object())).isEqualTo(table.modified(left.object()));
        assertThat(there.etag(right.object())).isEqualTo(table.etag(left.object()));
      }
    }
  }

  @Test
  void theSumsOfObjectsTravelWithThem() throws Exception {
    ObjectTable.Builder builder = new ObjectTable.Builder(Location.parse("s3://bucket/train/"));
    for (int i = 0; i < 100; i++) {
      builder.add(
          new ObjectInfo(Location.parse("s3://bucket/train/" + i), i, Instant.EPOCH, "etag"));
      builder.sum(sum(i));
    }
    ObjectTable table = builder.build();
    BitSet odd = new BitSet();
    odd.set(1);
    odd.set(99);
    ObjectTable.Builder turned = new ObjectTable.Builder(table.prefix(), true);
    for (int i = 99; i >= 0; i--) {
      turned.add(table, i, 99 - i);
    }
    ObjectTable.Builder both = new ObjectTable.Builder(table.prefix());
    both.add(builder);
    both.add(builder);

    for (ObjectTable each : List.of(table, table.select(odd), turned.build(), both.build())) {
      ObjectTable arrived =
          ((S3dlioInputPartition) Splits.deserialized(Splits.serialized(Splits.whole(each))))
              .objects();
      assertThat(arrived.size()).isEqualTo(each.size());
      assertThat(arrived.hasSums()).isTrue();
      for (int i = 0; i < arrived.size(); i++) {
        assertThat(arrived.sum(i)).isEqualTo(sum(Integer.parseInt(arrived.location(i).name())));
      }
    }
    assertThat(Splits.table(1, 2).hasSums()).isFalse();
  }

  private static int sum(int object) {
    return 0x9e3779b9 * object;
  }

  @Test
  void carriesOnlyItsOwnObjects() throws Exception {
    S3dlioInputPartition middle =
        new S3dlioInputPartition(Splits.table(1, 2, 3, 4), 1, 0, 3, 3, Long.MAX_VALUE);

    S3dlioInputPartition arrived =
        (S3dlioInputPartition) Splits.deserialized(Splits.serialized(middle));

    assertThat(arrived.objects().size()).isEqualTo(2);
    assertThat(Splits.rows(arrived)).containsExactly("1@0+2", "2@0+3");
  }

  @Test
  void takesFewBytesAnObjectBesidesItsName() throws IOException {
    int objects = 1000;
    Random random = new Random(1);
    ObjectTable.Builder table = new ObjectTable.Builder(Location.parse("s3://bucket/train/"));
    long names = 0;
    for (int i = 0; i < objects; i++) {
      String name = Long.toHexString(random.nextLong()) + ".jpg";
      names += name.length();
      table.add(
          new ObjectInfo(
              Location.parse("s3://bucket/train/" + name),
              random.nextInt(1 << 30),
              Instant.ofEpochSecond(1_700_000_000 + random.nextInt(1 << 25), random.nextInt()),
              "%016x%016x".formatted(random.nextLong(), random.nextLong())));
    }

    long bytes = Splits.serialized(Splits.whole(table.build())).length;

    assertThat(bytes - names).isLessThan(40L * objects);
  }

  @Test
  void oneObjectIsSmallToo() throws IOException {
    assertThat(Splits.serialized(Splits.whole(Splits.table(1 << 20)))).hasSizeLessThan(256);
  }
}
