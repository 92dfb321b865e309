package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ItemTableTest {
  private record Added(Location root, Location location, OptionalLong length, String etag) {}

  @Property
  void whatWasAddedComesBackInOrder(@ForAll @Size(max = 100) List<@From("items") Added> added) {
    ItemTable.Builder builder = new ItemTable.Builder();
    added.forEach(each -> builder.add(each.root, each.location, each.length, each.etag));
    ItemTable table = builder.build();

    assertThat(table.size()).isEqualTo(added.size());
    for (int i = 0; i < added.size(); i++) {
      Added each = added.get(i);
      assertThat(table.item(i))
          .isEqualTo(DatasetItem.object(each.location, each.length, each.etag));
    }
  }

  @Provide
  Arbitrary<Added> items() {
    Arbitrary<Location> roots =
        Arbitraries.of(
            new Location("s3", "one", "dir/"),
            new Location("s3", "two", ""),
            new Location("file", "", "tmp/"));
    Arbitrary<String> keys =
        Arbitraries.strings().ofMaxLength(20).excludeChars('\0').filter(ItemTableTest::isText);
    Arbitrary<String> etags = Arbitraries.of("", "0123456789abcdef0123456789abcdef-12", "\"W/é");
    Arbitrary<Long> lengths = Arbitraries.longs().between(0, Long.MAX_VALUE >> 10);
    return Combinators.combine(roots, keys, etags, lengths, Arbitraries.of(true, false))
        .as(
            (root, key, etag, length, known) ->
                new Added(
                    root,
                    root.append(key),
                    known || !etag.isEmpty() ? OptionalLong.of(length) : OptionalLong.empty(),
                    etag));
  }

  private static boolean isText(String key) {
    return key.chars().noneMatch(c -> Character.isSurrogate((char) c));
  }

  @Test
  void manyItemsSpanChunks() {
    ItemTable table = table(200_000);

    for (int i : new int[] {0, 8_191, 8_192, 16_384, 199_999}) {
      assertThat(table.item(i).location().key()).isEqualTo("train/sample_%08d".formatted(i));
      assertThat(table.item(i).length()).hasValue(i);
    }
    assertThat(table.sizes().count()).isEqualTo(200_000);
  }

  @Test
  void anItemTakesItsKeyBelowTheRootAndFortyBytes() {
    int count = 1_000_000;
    long bytes = retained(() -> table(count));

    assertThat(bytes / (double) count).isLessThan("sample_00000000".length() + 40);
  }

  private static ItemTable table(int count) {
    Location root = new Location("s3", "bucket", "train/");
    ItemTable.Builder builder = new ItemTable.Builder();
    for (int i = 0; i < count; i++) {
      builder.add(
          root,
          root.append("sample_%08d".formatted(i)),
          OptionalLong.of(i),
          "d41d8cd98f00b204e9800998%08x".formatted(i));
    }
    return builder.build();
  }

  private static long retained(Supplier<Object> made) {
    List<Object> kept = new ArrayList<>();
    long before = used();
    kept.add(made.get());
    long after = used();
    assertThat(kept).hasSize(1);
    return after - before;
  }

  private static long used() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
